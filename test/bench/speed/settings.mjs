// How long things are measured. Two sets: the one whose numbers are shown, and a quick one that
// shows that everything still runs.

const full = {
  /**
   * Distinct good tokens per algorithm: more than the 10,000 that the cache holds, so that none is
   * still there when it comes again.
   */
  tokens: 12_000,
  /** `together`: scenes share a process, and so what the engine learned in the one before. */
  verify: { rounds: 20, slice: 50, together: false },
  http: { rounds: 5, seconds: 2, warmUp: 1 },
  /** Rounds of the scenes in which differences are big. */
  freshTokens: { rounds: 3, seconds: 2 },
  flood: { rounds: 3, seconds: 2.5 },
  memory: { cached: 10_000, distinct: 200_000, garbage: 200_000 },
};

const quick = {
  tokens: 1_200,
  verify: { rounds: 3, slice: 5, together: true },
  http: { rounds: 1, seconds: 0.4, warmUp: 0.2 },
  freshTokens: { rounds: 1, seconds: 0.3 },
  flood: { rounds: 1, seconds: 0.3 },
  memory: { cached: 1_000, distinct: 2_000, garbage: 2_000 },
};

export const isQuick = process.argv.includes('--quick');

export const settings = isQuick ? quick : full;
