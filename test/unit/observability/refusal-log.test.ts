import { errorCatalog, type AuthErrorCode } from '../../../lib/core/error-codes.js';
import { AuthError } from '../../../lib/core/errors.js';
import { RefusalLog } from '../../../lib/observability/refusal-log.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { MemoryLogger } from '../../support/app.js';

let clock: TestClock;
let logger: MemoryLogger;
let log: RefusalLog;
beforeEach(() => {
  clock = new TestClock(1_767_225_600_000);
  logger = new MemoryLogger();
  log = new RefusalLog({ logger, clock: clock.now });
});

const expired = (reason = 'the token expired 3 s ago') => new AuthError('token_expired', reason);

test('a line has code, reason, facts and fix', () => {
  const error = new AuthError('audience_mismatch', 'wrong audience', {
    facts: { iss: 'https://i.example', aud: 'a', kid: 'k', clientId: 'c' },
  });
  log.write(error);
  expect(logger.lines).toHaveLength(1);
  for (const part of [
    'audience_mismatch',
    'wrong audience',
    'https://i.example',
    '"a"',
    '"k"',
    '"c"',
    error.fix,
  ])
    expect(logger.lines[0]).toContain(part);
});

test('one line per code in 10 seconds', () => {
  for (let round = 0; round < 1000; round++) log.write(expired());
  clock.advance('9.999s');
  log.write(expired());
  expect(logger.lines).toHaveLength(1);
  clock.advance('1ms');
  log.write(expired());
  expect(logger.lines).toHaveLength(2);
});

test('another reason of the same code gets its own line, unless only numbers differ', () => {
  const missing = (claim: string) =>
    new AuthError('claim_missing', `the claim "${claim}" is missing`);
  for (const claim of ['aud', 'aud', 'sub', 'aud', 'sub']) log.write(missing(claim));
  expect(logger.lines.map((line) => /count (\d).*?"(\w+)"/.exec(line)?.slice(1))).toEqual([
    ['1', 'aud'],
    ['2', 'sub'],
  ]);
  for (let seconds = 0; seconds < 9; seconds += 1)
    log.write(expired(`the token expired ${seconds} s ago`));
  expect(logger.lines).toHaveLength(3);
  clock.advance('10s');
  log.write(missing('sub'));
  expect(logger.lines[3]).toContain('count 3');
});

test('another route gets its own line, and a fact in the reason is not repeated', () => {
  const error = new AuthError('audience_mismatch', '"aud" is "a"', {
    facts: { aud: 'a', kid: 'k' },
  });
  for (const route of ['A.one', 'A.two', 'A.one', undefined]) log.write(error, route);
  expect(logger.lines.map((line) => /: (.*)\. Fix/.exec(line)?.[1])).toEqual([
    '"aud" is "a", kid="k", route="A.one"',
    '"aud" is "a", kid="k", route="A.two"',
    '"aud" is "a", kid="k"',
  ]);
});

test('at most five reasons per code are logged in ten seconds', () => {
  const reasons = 'a b c d e f g h'
    .split(' ')
    .map((letter) => new AuthError('issuer_mismatch', letter));
  for (const error of reasons) log.write(error);
  expect(logger.lines).toHaveLength(5);
  clock.advance('9.999s');
  for (const error of reasons) log.write(error);
  expect(logger.lines).toHaveLength(5);
  clock.advance('1ms');
  for (const error of reasons) log.write(error);
  expect(logger.lines).toHaveLength(10);
  expect(logger.lines[5]).toContain('count 12');
});

test('the next line counts the suppressed lines', () => {
  for (let round = 0; round < 42; round++) log.write(expired());
  clock.advance('10s');
  log.write(expired());
  expect(logger.lines[0]).toMatch(/\b1\b/);
  expect(logger.lines[1]).toMatch(/\b42\b/);
});

test('codes do not wait for each other', () => {
  log.write(expired());
  log.write(new AuthError('signature_invalid', 'x'));
  log.write(new AuthError('credentials_missing', 'x'));
  expect(logger.lines).toHaveLength(3);
});

test('a flood of every code is as many lines as there are codes', () => {
  const codes = Object.keys(errorCatalog) as AuthErrorCode[];
  for (let round = 0; round < 50; round++)
    for (const code of codes) log.write(new AuthError(code, `reason ${round}`));
  expect(logger.lines).toHaveLength(codes.length);
});

test('a clock that is set back does not silence a code', () => {
  log.write(expired());
  clock.advance(-3600);
  log.write(expired());
  expect(logger.lines).toHaveLength(2);
});

describe('the end of the module', () => {
  test('logs the suppressed lines once', () => {
    for (let round = 0; round < 8; round++) log.write(expired());
    log.write(new AuthError('signature_invalid', 'x'));
    log.onModuleDestroy();
    expect(logger.lines).toHaveLength(3);
    expect(logger.lines[2]).toContain('token_expired');
    expect(logger.lines[2]).toMatch(/\b7\b/);
    log.onModuleDestroy();
    expect(logger.lines).toHaveLength(3);
  });

  test('logs nothing without suppressed lines', () => {
    log.onModuleDestroy();
    log.write(expired());
    log.onModuleDestroy();
    expect(logger.lines).toHaveLength(1);
  });
});

test('an unavailable check is logged as error, a refusal as warning', () => {
  log.write(new AuthError('keys_unavailable', 'x'));
  log.write(expired());
  expect(logger.lines.map((line) => line.split(' ')[0])).toEqual(['error', 'warn']);
});

test('a line has no line breaks, whatever the facts', () => {
  log.write(
    new AuthError('issuer_mismatch', 'x', { facts: { iss: 'a\nwarn forged', kid: '\u2028' } }),
  );
  expect(logger.lines[0]).not.toMatch(/[\n\r\u2028]/);
});
