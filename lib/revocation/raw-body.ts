import type { HttpAdapterHost } from '@nestjs/core';

/** What is used of an HTTP adapter here. */
interface ParsingAdapter {
  registerParserMiddleware(prefix?: string, rawBody?: boolean): unknown;
}

/**
 * Watches whether NestJS's body parsers keep the raw body
 * (`NestFactory.create(AppModule, { rawBody: true })`), which nothing tells later. Gives a function
 * that says so: `undefined` when NestJS registered no parser, and the application has to look after
 * it itself (`bodyParser: false`). `onKept` is called when the parsers are there, and no route of
 * the application is.
 */
export function watchRawBody(host: HttpAdapterHost, onKept: () => void): () => boolean | undefined {
  let kept: boolean | undefined;
  host.init$.subscribe(() => {
    const adapter = host.httpAdapter as ParsingAdapter | null | undefined;
    // An application context, or a microservice.
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
