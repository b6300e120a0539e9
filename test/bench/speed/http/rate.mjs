// So many requests a second, evenly, whether or not the server keeps up. autocannon's own rate
// sends each second's share at its beginning, and waits for answers: both would hide what others
// have to wait.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { quantile } from '../statistics.mjs';

const TICK_MS = 1;
const CONNECTIONS = 64;
/** Beyond that, requests are left out: an attacker's sockets are not endless either. */
const MAX_WAITING = 512;

export async function sendAtRate({ url, rate, seconds, nextToken }) {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  let answers = {};
  let latencies = [];
  const waiting = new Set();

  const send = async () => {
    const begin = performance.now();
    const { statusCode, body } = await pool.request({
      path,
      method: 'GET',
      headers: { authorization: `Bearer ${nextToken()}` },
    });
    await body.dump();
    latencies.push(performance.now() - begin);
    answers[statusCode] = (answers[statusCode] ?? 0) + 1;
  };

  // Connections are not made anew for each user's request: all are there before any request counts.
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  answers = {};
  latencies = [];

  const start = performance.now();
  let due = 0;
  for (let passed = 0; passed < seconds * 1_000; passed = performance.now() - start) {
    for (; due < (passed * rate) / 1_000; due += 1) {
      if (waiting.size >= MAX_WAITING) continue;
      const sent = send().finally(() => waiting.delete(sent));
      waiting.add(sent);
    }
    await sleep(TICK_MS);
  }
  const answered = latencies.length;
  const elapsed = (performance.now() - start) / 1_000;
  await Promise.all(waiting);
  await pool.close();
  return {
    answers,
    rate: answered / elapsed,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}
