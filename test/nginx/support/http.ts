import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Names and values as they go over the wire: `fetch` would join those that stand twice. */
export type HeaderFields = readonly (readonly [name: string, value: string])[];

export interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly [field: string]: unknown };
  readonly setCookie: readonly string[];
  readonly headers: IncomingMessage['headers'];
}

/** Sends a request to `127.0.0.1:40123`. */
export async function send(
  address: string,
  target: string,
  fields: HeaderFields = [],
  body?: string,
): Promise<Answer> {
  const [method = '', path = ''] = target.split(' ');
  const length: HeaderFields =
    body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]];
  const headers = [
    ['Host', address] as const,
    ['Connection', 'close'] as const,
    ...length,
    ...fields,
  ].flat();
  const sent = request({
    host: '127.0.0.1',
    port: Number(address.split(':')[1]),
    method,
    path,
    headers,
    agent: false,
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const received = await text(response);
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  return {
    status: response.statusCode ?? 0,
    body: isJson ? (JSON.parse(received) as Answer['body']) : {},
    setCookie: response.headers['set-cookie'] ?? [],
    headers: response.headers,
  };
}
