import { Problems } from '../../../lib/options/problems.js';
import { refusalOf } from '../../support/refusals.js';

test('nothing wrong, nothing thrown', () => {
  expect(() => new Problems().throwIfAny()).not.toThrow();
});

test('one line per problem, in the order they were found', () => {
  const problems = new Problems();
  problems.add('issuer', undefined, 'Set it.');
  problems.add('keys.cooldown', 0, 'Make it more.');
  const { code, kind, message } = refusalOf(() => problems.throwIfAny());
  expect({ code, kind }).toEqual({ code: 'configuration_invalid', kind: 'configuration' });
  expect(message.split('\n').slice(1)).toEqual([
    '- issuer: received nothing. Set it.',
    '- keys.cooldown: received 0. Make it more.',
  ]);
  expect(message).toContain('2 problems');
});
