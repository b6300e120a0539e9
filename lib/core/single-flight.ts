interface Flight<Value> {
  /** When the work started. */
  readonly at: number;
  readonly outcome: Promise<Value>;
}

/**
 * Joins concurrent calls with the same key: the first starts the work, and the others share its
 * outcome. Nothing is kept after the work has ended.
 */
export class SingleFlight<Key, Value> {
  private readonly flights = new Map<Key, Flight<Value>>();

  /** Returns the outcome of the pending work; `undefined` when there is none. */
  get(key: Key): Promise<Value> | undefined {
    return this.flights.get(key)?.outcome;
  }

  /** Returns when the pending work started; `undefined` when there is none. */
  startedAt(key: Key): number | undefined {
    return this.flights.get(key)?.at;
  }

  /**
   * Joins the pending work, or starts it. `isLatest` returns whether no other work was started
   * since.
   *
   * @param at the current time, for {@link startedAt}
   */
  run(key: Key, start: (isLatest: () => boolean) => Promise<Value>, at = 0): Promise<Value> {
    return this.get(key) ?? this.restart(key, start, at);
  }

  /** Starts the work even if other work is pending. Later calls join this one. */
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

  /** Makes the next call start new work. Pending work continues, but is no longer the latest. */
  forget(key: Key): void {
    this.flights.delete(key);
  }
}
