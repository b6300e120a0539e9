import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import {
  checkWebhookSignature,
  SIGNATURE_HEADER,
} from '../../../../lib/core/revocation/webhook-signature.js';
import { propertyRuns } from '../../../support/property-runs.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';

const SECRET = 'nWLW3GxHNzS3wh1t2ejDrMwAJxQ4W7bK';
const key = Buffer.from(SECRET);
const body = Buffer.from('{"id":"00000000000001b3","type":"user.disabled"}');
const signature = createHmac('sha256', SECRET).update(body).digest('hex');
const check = (given: string | undefined, by: Uint8Array = key, over: Uint8Array = body) =>
  codeOf(() => checkWebhookSignature(over, given, by));

test('the header of the wire facts', () => {
  expect(SIGNATURE_HEADER).toBe('x-authgear-body-signature');
});

test('a signature that was computed elsewhere', () => {
  // printf '{"id":"00000000000001b3","type":"user.disabled"}' | openssl dgst -sha256 -hmac
  // nWLW3GxHNzS3wh1t2ejDrMwAJxQ4W7bK
  expect(check('f7256befe6cb56b11e8193e7ec98de3f304ced82f6dc4ee17f49b70593ca5f87')).toBeUndefined();
});

test('the bytes count, and not how they are held', () => {
  expect(check(signature, Uint8Array.from(key), Uint8Array.from(body))).toBeUndefined();
  const inner = Buffer.concat([Buffer.from('xx'), body, Buffer.from('yy')]).subarray(
    2,
    2 + body.length,
  );
  expect(check(signature, key, inner)).toBeUndefined();
  const binary = Uint8Array.of(0, 255, 128, 10);
  expect(
    check(createHmac('sha256', SECRET).update(binary).digest('hex'), key, binary),
  ).toBeUndefined();
});

test.each([
  ['absent', undefined],
  ['empty', ''],
  ['in upper case', signature.toUpperCase()],
  ['one character short', signature.slice(0, -1)],
  ['one character long', `${signature}0`],
  ['with a space behind', `${signature} `],
  ['with another last character', signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0')],
  ['with another first character', (signature.startsWith('0') ? '1' : '0') + signature.slice(1)],
  ['twice', `${signature}, ${signature}`],
  ['with a name in front', `sha256=${signature}`],
  ['in base64', Buffer.from(signature, 'hex').toString('base64')],
  ['as many characters that are more bytes', 'é'.repeat(64)],
  ['as many bytes in fewer characters', 'é'.repeat(32)],
  ['very long', signature.repeat(1_000)],
])('%s: refused', (_, given) => {
  expect(check(given)).toBe('webhook_signature_invalid');
});

test.each([
  ['another secret', Buffer.from('nWLW3GxHNzS3wh1t2ejDrMwAJxQ4W7bL'), body],
  ['the secret and more', Buffer.from(`${SECRET}x`), body],
  ['no secret', Buffer.alloc(0), body],
  ['another body', key, Buffer.from('{"id":"00000000000001b3","type":"user.disabled" }')],
  ['no body', key, Buffer.alloc(0)],
])('%s: refused', (_, by, over) => {
  expect(check(signature, by, over)).toBe('webhook_signature_invalid');
});

test('the reason does not help to forge a signature', () => {
  const { reason, fix } = refusalOf(() => checkWebhookSignature(body, 'x'.repeat(64), key));
  expect(reason + fix).not.toMatch(new RegExp(`${signature}|${SECRET}`));
});

test('one other bit anywhere is another body', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      fc.nat({ max: 7 }),
      (bytes, index, bit) => {
        const sign = createHmac('sha256', key).update(bytes).digest('hex');
        const changed = Uint8Array.from(bytes);
        changed[index % bytes.length] = (changed[index % bytes.length] as number) ^ (1 << bit);
        expect(check(sign, key, bytes)).toBeUndefined();
        expect(check(sign, key, changed)).toBe('webhook_signature_invalid');
      },
    ),
    { numRuns: propertyRuns(100) },
  );
});
