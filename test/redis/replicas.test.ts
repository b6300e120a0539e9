import { TestIssuer } from '../../lib/testing/test-issuer.js';
import type { WebhookDelivery } from '../../lib/testing/test-webhooks.js';
import { eventually, Redis, Replica } from './processes.js';

const USERS = 50;
const IN_FLIGHT = 4;

let issuer: TestIssuer;
let redis: Redis;
let first: Replica;
let second: Replica;

beforeAll(async () => {
  [issuer, redis] = await Promise.all([TestIssuer.listen(), Redis.start()]);
  [first, second] = await Promise.all([Replica.start(issuer, redis), Replica.start(issuer, redis)]);
});
afterAll(async () => {
  await Promise.all([first?.close(), second?.close(), redis?.close(), issuer?.close()]);
});

async function codeOf(replica: Replica, token: string): Promise<string> {
  const response = await replica.get(token);
  const { code } = (await response.json()) as { code?: string };
  return code ?? String(response.status);
}

async function deliver(replica: Replica, { body, headers }: WebhookDelivery): Promise<number> {
  return (await fetch(`${replica.url}/authgear/webhooks`, { method: 'POST', body, headers }))
    .status;
}

/** Waits until a replica answers so, and tells how long that took. */
async function timeUntil(
  replica: Replica,
  token: string,
  wanted: string,
  within: number,
): Promise<number> {
  const start = performance.now();
  await eventually(within, async () => expect(await codeOf(replica, token)).toBe(wanted));
  return performance.now() - start;
}

/** Calls both replicas as many users, until it is stopped. Gives how often each answer came. */
function load(): { stop: () => Promise<Record<string, number>> } {
  const tokens = Array.from({ length: USERS }, (_, index) =>
    issuer.accessToken({ sub: `bystander-${index}` }),
  );
  const answers: Record<string, number> = {};
  const stopping = new AbortController();
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      calls += 1;
      const answer = await codeOf(
        calls % 2 === 0 ? first : second,
        tokens[calls % USERS] as string,
      ).catch((error: unknown) => String(error));
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
  };
  const callers = Array.from({ length: IN_FLIGHT }, caller);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(callers);
      return answers;
    },
  };
}

test('a webhook to one replica revokes tokens at the other within 2 s, under load', async () => {
  const token = issuer.accessToken({ sub: 'alice' });
  const traffic = load();
  await Promise.all([first, second].map((replica) => timeUntil(replica, token, '200', 5_000)));
  expect(await deliver(first, issuer.webhook('user.disabled', 'alice'))).toBe(204);
  expect(await codeOf(first, token)).toBe('token_revoked');
  expect(await timeUntil(second, token, 'token_revoked', 2_000)).toBeLessThan(2_000);
  const answers = await traffic.stop();
  expect(Object.keys(answers)).toEqual(['200']);
  expect(answers['200']).toBeGreaterThan(100);
});

test('a suspension, and the event to the other that lifts it, reach both', async () => {
  const token = issuer.accessToken({ sub: 'bob' });
  const suspended = issuer.webhook('user.disabled', 'bob', {
    user: { is_disabled: false },
    payload: { temporarily_disabled_from: new Date(issuer.clock.now() - 1_000).toISOString() },
  });
  await deliver(first, suspended);
  await timeUntil(second, token, 'token_revoked', 2_000);
  await deliver(second, issuer.webhook('user.reenabled', 'bob'));
  expect(await codeOf(second, token)).toBe('200');
  await timeUntil(first, token, '200', 2_000);
});

test('nothing is lost when Redis ends in the middle and comes back empty', async () => {
  const [before, during] = ['carol', 'dave'].map((sub) => issuer.accessToken({ sub })) as [
    string,
    string,
  ];
  await deliver(first, issuer.webhook('user.disabled', 'carol'));
  await timeUntil(second, before, 'token_revoked', 2_000);
  const traffic = load();

  await redis.kill();
  await timeUntil(second, during, 'revocation_unavailable', 5_000);
  // The one attempt that Authgear makes comes now.
  expect(await deliver(first, issuer.webhook('user.disabled', 'dave'))).toBe(204);
  expect(await codeOf(first, during)).toBe('token_revoked');

  await redis.restart();
  await timeUntil(second, during, 'token_revoked', 10_000);
  await Promise.all(
    [first, second].map((replica) =>
      timeUntil(replica, issuer.accessToken({ sub: 'erin' }), '200', 10_000),
    ),
  );
  const answers = await traffic.stop();
  // Either it could be told, or it could not: no request was dropped, and none let in by mistake.
  expect(Object.keys(answers).toSorted()).toEqual(['200', 'revocation_unavailable']);

  // One that starts now knows only what Redis holds, which is empty but for what the others wrote
  // into it again.
  const third = await Replica.start(issuer, redis);
  try {
    await timeUntil(third, issuer.accessToken({ sub: 'erin' }), '200', 10_000);
    for (const token of [before, during]) await timeUntil(third, token, 'token_revoked', 2_000);
  } finally {
    await third.close();
  }
});
