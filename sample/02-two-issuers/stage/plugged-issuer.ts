import { TestIssuer, type Outage } from 'nestjs-authgear/testing';
import { clock } from './clock.js';

/** How an issuer can fail on this stage. */
export const outages = ['reset', 'hang', 500] as const satisfies readonly Outage[];
export type OutageKind = (typeof outages)[number];

/**
 * An issuer with a plug. The plug is in the line between issuer and API: nobody gets the keys while it is out, but whoever stands beside the
 * issuer still gets tokens, so that there is something to call the API with.
 */
export class PluggedIssuer {
  private constructor(
    readonly label: string,
    private readonly issuer: TestIssuer,
  ) {}

  static async listen(kind: 'authgear' | 'authpi', label: string): Promise<PluggedIssuer> {
    return new PluggedIssuer(label, await TestIssuer.listen({ kind, clock }));
  }

  /** How it fails now; `undefined` while the plug is in. */
  outage: OutageKind | undefined;

  /** The `iss` of its tokens. */
  get name(): string {
    return this.issuer.issuer;
  }

  /** The id of the key that signs now, whether the API knows it or not. */
  get signingKid(): string {
    return this.issuer.signingKey.kid;
  }

  get tokens(): Pick<TestIssuer, 'accessToken' | 'machineToken'> {
    return this.issuer;
  }

  pullThePlug(kind: OutageKind): void {
    this.outage = kind;
    this.issuer.outage(kind);
  }

  plugIn(): void {
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
