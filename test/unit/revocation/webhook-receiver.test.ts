import type { Revocations } from '../../../lib/revocation/revocations.js';
import { WebhookReceiver, type WebhookRequest } from '../../../lib/revocation/webhook-receiver.js';
import type { WebhookDelivery } from '../../../lib/testing/test-webhooks.js';
import { TestIssuer } from '../../../lib/testing/test-issuer.js';
import { rejectionOf } from '../../support/refusals.js';

const issuer = new TestIssuer({ algorithm: 'ES256' });
const rules = { path: '/hooks', key: Buffer.from(issuer.webhooks.secret) };

function start() {
  const applied: string[] = [];
  let failure: Error | undefined;
  const revocations: Pick<Revocations, 'apply'> = {
    apply: async (of, userId) => {
      if (failure !== undefined) throw failure;
      applied.push(`${of} ${userId}`);
    },
  };
  const receiver = new WebhookReceiver(revocations as Revocations, { clock: issuer.clock.now });
  const receive = (delivery: WebhookDelivery, of = 'a') =>
    receiver.receive(requestOf(delivery), of, rules);
  return { receiver, applied, receive, fail: (error?: Error) => void (failure = error) };
}
const requestOf = ({ body, headers }: WebhookDelivery): WebhookRequest => ({
  method: 'POST',
  headers: { ...headers },
  rawBody: Buffer.from(body),
});

test('an event is taken in once, however often it is delivered', async () => {
  const { applied, receive } = start();
  const delivery = issuer.webhook('user.disabled', 'user-1');
  for (let count = 0; count < 3; count += 1) await receive(delivery);
  await receive(issuer.webhook('user.disabled', 'user-2'));
  expect(applied).toEqual(['a user-1', 'a user-2']);
});

test('an event with the id of another one, and other content, is taken in', async () => {
  const { applied, receive } = start();
  const id = 'same';
  await receive(issuer.webhook('user.profile.updated', 'user-1', { id }));
  await receive(issuer.webhook('user.disabled', 'user-1', { id }));
  expect(applied).toEqual(['a user-1']);
});

test('the numbers of two issuers are two', async () => {
  const { applied, receive } = start();
  const delivery = issuer.webhook('user.disabled', 'user-1');
  await receive(delivery, 'a');
  await receive(delivery, 'b');
  expect(applied).toEqual(['a user-1', 'b user-1']);
});

test('one that could not be taken in is taken in when it comes again', async () => {
  const { applied, receive, fail } = start();
  const delivery = issuer.webhook('user.disabled', 'user-1');
  fail(new Error('no'));
  await expect(receive(delivery)).rejects.toThrow('no');
  fail();
  await receive(delivery);
  expect(applied).toEqual(['a user-1']);
});

test('one of no interest is taken in as well', async () => {
  const { applied, receive } = start();
  await receive(issuer.webhook('user.profile.updated', 'user-1'));
  await receive(issuer.webhook('user.disabled', 'user-1', { user: { is_disabled: false } }));
  expect(applied).toEqual([]);
});

test.each<[string, (delivery: WebhookDelivery) => object, string]>([
  ['a body that nobody kept', () => ({ rawBody: undefined }), 'webhook_malformed'],
  ['no signature', () => ({ headers: {} }), 'webhook_signature_invalid'],
  [
    'two signatures',
    ({ headers }) => ({
      headers: { 'x-authgear-body-signature': Array(2).fill(headers['x-authgear-body-signature']) },
    }),
    'webhook_signature_invalid',
  ],
  ['another body', () => ({ rawBody: Buffer.from('{}') }), 'webhook_signature_invalid'],
  ['an empty body', () => ({ rawBody: Buffer.alloc(0) }), 'webhook_signature_invalid'],
  [
    'the parsed body alone',
    () => ({ rawBody: undefined, body: { id: 'a', type: 'user.deleted' } }),
    'webhook_malformed',
  ],
])('refused: %s', async (_, change, code) => {
  const { receiver, applied } = start();
  const delivery = issuer.webhook('user.disabled', 'user-1');
  const request = { ...requestOf(delivery), ...change(delivery) };
  expect((await rejectionOf(receiver.receive(request, 'a', rules))).code).toBe(code);
  expect(applied).toEqual([]);
});

test('a forged event does not take the place of the real one', async () => {
  const { receiver, applied, receive } = start();
  const delivery = issuer.webhook('user.disabled', 'user-1');
  const forged = {
    ...requestOf(delivery),
    headers: { 'x-authgear-body-signature': '0'.repeat(64) },
  };
  await rejectionOf(receiver.receive(forged, 'a', rules));
  await rejectionOf(
    receive(
      issuer.webhooks.sign(delivery.body.replace('"user-1"', '7').replace('"context"', '"other"')),
    ),
  );
  await receive(delivery);
  expect(applied).toEqual(['a user-1']);
});

test('the signature covers the bytes: a body that is not UTF-8 names no other user', async () => {
  const { receiver, applied } = start();
  const { body } = issuer.webhook('user.disabled', 'user-1');
  const { headers } = issuer.webhooks.sign(body);
  const latin = Buffer.from(body.replace('user-1', 'us\u00e9r-1'), 'latin1');
  expect(
    (
      await rejectionOf(
        receiver.receive({ method: 'POST', headers: { ...headers }, rawBody: latin }, 'a', rules),
      )
    ).code,
  ).toBe('webhook_signature_invalid');
  expect(applied).toEqual([]);
});
