import { lifetimeOf } from '../../../../lib/core/keys/lifetime.js';

const bounds = { defaultAge: 600_000, minAge: 60_000, maxAge: 3_600_000 };

describe('the lifetime of a key set', () => {
  test.each([
    ['no header', null, 600_000],
    ['an empty header', '', 600_000],
    ['other directives', 'public, must-revalidate', 600_000],
    ['max-age within the bounds', 'max-age=900', 900_000],
    ['among others', 'public, max-age=900, immutable', 900_000],
    ['without spaces', 'public,max-age=900,immutable', 900_000],
    ['in another case', 'Public, Max-Age=900', 900_000],
    ['quoted', 'max-age="900"', 900_000],
    ['zero', 'max-age=0', 60_000],
    ['just under the shortest', 'max-age=59', 60_000],
    ['the shortest', 'max-age=60', 60_000],
    ['the longest', 'max-age=3600', 3_600_000],
    ['past the longest', 'max-age=3601', 3_600_000],
    ['a year', 'max-age=31536000', 3_600_000],
    ['more than 32 bits', 'max-age=4294967296', 3_600_000],
    ['more than any number of seconds', 'max-age=99999999999999999999', 3_600_000],
    ['s-maxage is for shared caches', 's-maxage=900', 600_000],
    ['s-maxage beside max-age', 's-maxage=60, max-age=900', 900_000],
    ['a longer name', 'x-max-age=900', 600_000],
    ['a negative number', 'max-age=-1', 600_000],
    ['no number', 'max-age=soon', 600_000],
    ['no value', 'max-age', 600_000],
    ['no-store', 'no-store', 60_000],
    ['no-cache', 'no-cache', 60_000],
    ['no-store beside max-age', 'no-store, max-age=900', 60_000],
  ])('%s', (_, header, lifetime) => {
    expect(lifetimeOf(header, bounds)).toBe(lifetime);
  });
});
