/**
 * Half of the time of the end-to-end tests went into hundreds of RSA key pairs. A worker makes
 * each once, and hands it to one test file after the other; within a file, none comes twice.
 */
type Generate = (type: string, options: object) => object;

/** The pairs that a worker has made. */
export interface Pool {
  readonly generate: Generate;
  /** By what was asked for. */
  readonly pairs: Map<string, object[]>;
}

// All test files of a worker see this one object. Not imported: a module that is imported keeps
// what it exports, and others shall import what this file puts there.
const crypto = process.getBuiltinModule('node:crypto') as unknown as {
  generateKeyPairSync: Generate & { pool?: Pool };
};
const pool = crypto.generateKeyPairSync.pool ?? {
  generate: crypto.generateKeyPairSync,
  pairs: new Map<string, object[]>(),
};
const taken = new Map<string, number>();

function takeKeyPair(type: string, options: object): object {
  if (!type.startsWith('rsa')) return pool.generate(type, options);
  const kind = JSON.stringify([type, options]);
  const pairs = pool.pairs.get(kind) ?? [];
  pool.pairs.set(kind, pairs);
  const index = taken.get(kind) ?? 0;
  taken.set(kind, index + 1);
  return (pairs[index] ??= pool.generate(type, options));
}

crypto.generateKeyPairSync = Object.assign(takeKeyPair, { pool });
