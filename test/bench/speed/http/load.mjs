// Where requests come from, in a process of its own: as many as the server answers, or so many a
// second.
import { setPriority } from 'node:os';
import autocannon from 'autocannon';
import { parameters, serve } from '../processes.mjs';
import { readTokens } from '../tokens.mjs';
import { mixes } from './mixes.mjs';
import { sendAtRate } from './rate.mjs';

const CONNECTIONS = 50;
const SAMPLE_MS = 100;

const { world, priority = 0 } = parameters();
setPriority(priority);
const tokens = await readTokens(world);
const sources = new Map();

/** A mix goes on for a server where it stood: what that has seen, it has seen. */
function tokenSource(url, mix) {
  const name = `${mix} ${url}`;
  if (!sources.has(name)) sources.set(name, mixes[mix](tokens));
  return sources.get(name);
}

/** A request as it goes over the wire, remembered. */
function requestWriter(url) {
  const { host, pathname } = new URL(url);
  const written = new Map();
  return (token) => {
    let request = written.get(token);
    if (request === undefined) {
      request = Buffer.from(
        `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: ` +
          `keep-alive\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
      written.set(token, request);
    }
    return request;
  };
}

/** As fast as the server answers. */
async function saturate({ url, mix, seconds }) {
  const next = tokenSource(url, mix);
  const requestWith = requestWriter(url);
  const { duration, errors, statusCodeStats } = await autocannon({
    url,
    duration: seconds,
    connections: CONNECTIONS,
    sampleInt: SAMPLE_MS,
    // Its own `setupRequest` puts the request together anew each time, which costs more than a
    // light server's answer.
    setupClient: (client) => {
      client.getRequestBuffer = () => requestWith(next());
    },
  });
  return {
    seconds: duration,
    errors,
    answers: Object.fromEntries(
      Object.entries(statusCodeStats).map(([code, { count }]) => [code, count]),
    ),
  };
}

/** So many a second. */
const pace = ({ url, mix, rate, seconds }) =>
  sendAtRate({ url, rate, seconds, nextToken: tokenSource(url, mix) });

serve({ saturate, pace });
process.send('ready');
