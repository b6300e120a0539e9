import { Inject, Injectable } from '@nestjs/common';
import { JwksService, type JwksStatus } from 'nestjs-authgear';
import { readClock } from './clock.js';
import { ISSUERS, type IssuerId, type Issuers } from './issuers.js';
import type { OutageKind } from './plugged-issuer.js';

export interface IssuerReport {
  readonly id: IssuerId;
  readonly label: string;
  readonly outage: OutageKind | undefined;
  readonly signingKid: string;
  /** The status of its keys in the API. */
  readonly keys: JwksStatus | undefined;
}

export interface Report {
  readonly clock: { readonly now: number; readonly ahead: number };
  readonly issuers: readonly IssuerReport[];
}

@Injectable()
export class StatusService {
  constructor(
    private readonly jwks: JwksService,
    @Inject(ISSUERS) private readonly issuers: Issuers,
  ) {}

  read(): Report {
    const statuses = this.jwks.status();
    const ids = ['authgear', 'authpi'] as const;
    return {
      clock: readClock(),
      issuers: ids.map((id) => {
        const { label, name, outage, signingKid } = this.issuers[id];
        return {
          id,
          label,
          outage,
          signingKid,
          keys: statuses.find(({ issuer }) => issuer === name),
        };
      }),
    };
  }
}
