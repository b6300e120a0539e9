/** A membership of an AuthPI organization, as the token states it. */
export interface Organization {
  readonly id: string;
  readonly title: string | undefined;
  /** What the user may do **in this organization**. Never mix them with the scopes of the token. */
  readonly scopes: readonly string[];
  /** When the user joined, in epoch seconds; `undefined` when they have not (yet). */
  readonly joinedAt: number | undefined;
}
