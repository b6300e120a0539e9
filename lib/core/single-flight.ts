interface Flight<Value> {
  /** When the work started. */
  readonly at: number;
  readonly outcome: Promise<Value>;
}

/**
 * Joins concurrent calls of one key: the first starts the work, the others share its outcome.
 * Nothing is kept once the work has ended.
 */
export class SingleFlight<Key, Value> {
  private readonly flights = new Map<Key, Flight<Value>>();

  /** The outcome of the work that is under way; `undefined` when there is none. */
  get(key: Key): Promise<Value> | undefined {
    return this.flights.get(key)?.outcome;
  }

  /** When the work that is under way started; `undefined` when there is none. */
  startedAt(key: Key): number | undefined {
    return this.flights.get(key)?.at;
  }

  /**
   * Joins the work that is under way, or starts it. `isLatest` tells the work whether no other was
   * started since.
   *
   * @param at the time, for {@link startedAt}
   */
  run(key: Key, start: (isLatest: () => boolean) => Promise<Value>, at = 0): Promise<Value> {
    return this.get(key) ?? this.restart(key, start, at);
  }

  /** Starts the work, whether or not any is under way. Later calls join this one. */
  restart(key: Key, start: (isLatest: () => boolean) => Promise<Value>, at = 0): Promise<Value> {
    const isLatest = (): boolean => this.flights.get(key) === flight;
    const end = (): void => {
      if (isLatest()) this.flights.delete(key);
    };
    const flight: Flight<Value> = { at, outcome: start(isLatest) };
    this.flights.set(key, flight);
    flight.outcome.then(end, end);
    return flight.outcome;
  }

  /** Lets the next call start anew. The work goes on, and is no longer the latest. */
  forget(key: Key): void {
    this.flights.delete(key);
  }
}
