import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { listedIssuers, type ResolvedOptions } from '../../options/resolve.js';
import { RESOLVED_OPTIONS } from '../../options/tokens.js';

/**
 * Makes Node.js keep all headers if an issuer uses the headers of a proxy. By default, Node.js
 * silently drops headers after the first thousand, so a client could remove the header that proves
 * that a request came through the proxy. The total size of the headers stays limited
 * (`maxHeaderSize`).
 */
@Injectable()
export class HeaderCount implements OnModuleInit {
  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const isUsed = listedIssuers(this.options).some((issuer) => issuer.proxyHeaders !== undefined);
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as Server | undefined;
    if (isUsed && server !== undefined) server.maxHeadersCount = 0;
  }
}
