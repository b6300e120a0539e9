/**
 * Where replicas share what was revoked: any Keyv instance, or anything of this shape. Values are
 * short texts. A failure is a rejection, `false` from `set`, or an `error` event while it worked,
 * for Keyv swallows what its adapter throws. What was written must be there for the next read: no
 * replica that lags behind.
 */
export interface RevocationStore {
  get(key: string): Promise<unknown>;
  /** `ttl` in milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
}
