import { TestIssuer, type Outage } from 'nestjs-authgear/testing';
import { clock } from './clock.js';

/** The outages of an issuer. */
export const outages = ['reset', 'hang', 500] as const satisfies readonly Outage[];
export type OutageKind = (typeof outages)[number];

/**
 * An issuer with a connection that can fail. Without it, the API cannot fetch keys. The page still
 * gets tokens, so that it can call the API.
 */
export class PluggedIssuer {
  private constructor(
    readonly label: string,
    private readonly issuer: TestIssuer,
  ) {}

  static async listen(kind: 'authgear' | 'authpi', label: string): Promise<PluggedIssuer> {
    return new PluggedIssuer(label, await TestIssuer.listen({ kind, clock }));
  }

  /** The current outage, or `undefined` while the issuer is connected. */
  outage: OutageKind | undefined;

  /** The `iss` of its tokens. */
  get name(): string {
    return this.issuer.issuer;
  }

  /** The ID of the signing key. The API may not know it yet. */
  get signingKid(): string {
    return this.issuer.signingKey.kid;
  }

  get tokens(): Pick<TestIssuer, 'accessToken' | 'machineToken'> {
    return this.issuer;
  }

  disconnect(kind: OutageKind): void {
    this.outage = kind;
    this.issuer.outage(kind);
  }

  connect(): void {
    this.outage = undefined;
    this.issuer.recover();
  }

  rotate(overlap: boolean): void {
    this.issuer.rotate({ overlap });
  }

  close(): Promise<void> {
    return this.issuer.close();
  }
}
