import type { HttpAdapterHost } from '@nestjs/core';

/** The part of NestJS's HTTP adapter that this file uses. */
interface ParsingAdapter {
  registerParserMiddleware(prefix?: string, rawBody?: boolean): unknown;
}

/**
 * Detects whether NestJS's body parsers keep the raw body
 * (`NestFactory.create(AppModule, { rawBody: true })`). NestJS does not expose this setting later.
 * The returned function returns `undefined` when NestJS registered no parser (`bodyParser: false`):
 * the application then has to provide `rawBody` itself. `onKept` is called after the parsers are
 * registered and before any route of the application.
 */
export function watchRawBody(host: HttpAdapterHost, onKept: () => void): () => boolean | undefined {
  let kept: boolean | undefined;
  host.init$.subscribe(() => {
    const adapter = host.httpAdapter as ParsingAdapter | null | undefined;
    // Application contexts and microservices have no HTTP adapter.
    if (adapter === null || adapter === undefined) return;
    const register = adapter.registerParserMiddleware.bind(adapter);
    adapter.registerParserMiddleware = (prefix, rawBody) => {
      kept = rawBody === true;
      const registered = register(prefix, rawBody);
      if (kept) onKept();
      return registered;
    };
  });
  return () => kept;
}
