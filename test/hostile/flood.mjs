// Sends one request again and again, pipelined on many connections, in a process of its own. Its
// settings come as a message; the answers of the time go back by status.
import { once } from 'node:events';
import { connect } from 'node:net';

const [settings] = await once(process, 'message');
const { url, tokens, connections, depth, seconds, header = '' } = settings;
const { hostname, port, pathname } = new URL(url);
const statuses = {};
let failed = 0;
let next = 0;

const request = () =>
  `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n${header}` +
  `${tokens.length === 0 ? '' : `Authorization: Bearer ${tokens[next++ % tokens.length]}\r\n`}\r\n`;

function flood() {
  const socket = connect(Number(port), hostname);
  const send = (count) => socket.write(Array.from({ length: count }, request).join(''));
  let rest = '';
  socket.setNoDelay(true);
  socket.on('connect', () => send(depth));
  socket.on('error', () => (failed += 1));
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    let answered = 0;
    for (const [, status] of rest.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      statuses[status] = (statuses[status] ?? 0) + 1;
      answered += 1;
    }
    // What is left could be the beginning of an answer.
    rest = rest.slice(-11);
    if (/HTTP\/1\.1 \d{3}$/.test(rest)) rest = '';
    if (answered > 0) send(answered);
  });
  return socket;
}

const sockets = Array.from({ length: connections }, flood);
setTimeout(() => {
  for (const socket of sockets) socket.destroy();
  process.send({ statuses, failed }, () => process.exit());
}, seconds * 1000);
