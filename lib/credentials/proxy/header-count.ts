import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { listedIssuers, type ResolvedOptions } from '../../options/resolve.js';
import { RESOLVED_OPTIONS } from '../../options/tokens.js';

/**
 * Lets Node.js keep all headers where a proxy proves by a header that a request came through it. By
 * default it drops those after the first thousand without a word, so that a client could make the
 * proof disappear. The size of all headers stays limited (`maxHeaderSize`).
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
