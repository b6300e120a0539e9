import type { Server } from 'node:http';
import {
  Module,
  type INestApplication,
  type LoggerService,
  type Provider,
  type Type,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../lib/authgear.module.js';
import type { AuthgearModuleExtras } from '../../lib/authgear.module.js';
import type { AuthgearModuleOptions, SingleIssuerOptions } from '../../lib/options/options.js';
import { TestIssuer, type TestIssuerOptions } from '../../lib/testing/test-issuer.js';
import { running } from './running-apps.js';

export type Platform = 'express' | 'fastify';
export const platforms: readonly Platform[] = ['express', 'fastify'];

/** Remembers what was logged. */
export class MemoryLogger implements LoggerService {
  readonly lines: string[] = [];
  log = (line: unknown): void => void this.lines.push(`log ${String(line)}`);
  warn = (line: unknown): void => void this.lines.push(`warn ${String(line)}`);
  error = (line: unknown): void => void this.lines.push(`error ${String(line)}`);
}

export interface TestAppOptions {
  readonly platform?: Platform;
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  /** Beside those of the issuer, or in their place. */
  readonly options?: Partial<SingleIssuerOptions & AuthgearModuleExtras>;
  /** All options, where those of the one issuer will not do. */
  readonly configure?: (issuer: TestIssuer) => AuthgearModuleOptions;
  readonly issuer?: TestIssuerOptions;
  /** Whether NestJS keeps raw bodies, which webhooks need. */
  readonly rawBody?: boolean;
  readonly prepare?: (app: INestApplication, issuer: TestIssuer) => void;
}

/** A NestJS application and its issuer, both on real sockets. */
export interface TestApp {
  readonly app: INestApplication;
  readonly issuer: TestIssuer;
  readonly logger: MemoryLogger;
  readonly url: string;
  /** Calls a path with a token, or with headers. */
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export async function startTestApp(setup: TestAppOptions = {}): Promise<TestApp> {
  const issuer = await TestIssuer.listen(setup.issuer);
  const logger = new MemoryLogger();
  @Module({
    imports: [
      AuthgearModule.forRoot({
        logger,
        ...(setup.configure?.(issuer) ?? { ...issuer.moduleOptions, ...setup.options }),
      }),
    ],
    controllers: setup.controllers ?? [],
    providers: setup.providers ?? [],
  })
  class AppModule {}
  const compiled = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const settings = { rawBody: setup.rawBody ?? false };
  const app =
    setup.platform === 'fastify'
      ? compiled.createNestApplication(new FastifyAdapter() as never, settings)
      : compiled.createNestApplication(settings);
  setup.prepare?.(app, issuer);
  // However slow the test is, the connection it comes back to is still there.
  (app.getHttpServer() as Server).keepAliveTimeout = 0;
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const close = async () => {
    running.delete(close);
    await app.close();
    await issuer.close();
  };
  running.add(close);
  return {
    app,
    issuer,
    logger,
    url,
    get: (path, token, headers) =>
      fetch(url + path, {
        headers:
          token === undefined ? { ...headers } : { authorization: `Bearer ${token}`, ...headers },
      }),
    close,
  };
}
