// Which token the next request brings.

/** How many users are about at the same time, and how often each comes. */
const ACTIVE = 500;
const USES = 100;

/**
 * Users come and go, as they do in production: each token is used about 100 times among those of
 * 500 users, then a new one takes its place, so that 1,000 users make 100,000 requests. At any
 * moment one request in a hundred brings a token that was never seen.
 */
function realistic({ good }) {
  let request = 0;
  return () => {
    const newest = Math.floor(request++ / USES) + ACTIVE;
    return good[(newest - Math.floor(Math.random() * ACTIVE)) % good.length];
  };
}

/**
 * Each in its turn. They come again after all others: when whoever remembers 1,000 has long
 * forgotten them.
 */
const inCircles = (tokens) => {
  let request = 0;
  return () => tokens[request++ % tokens.length];
};

export const mixes = {
  realistic,
  fresh: ({ good }) => inCircles(good),
  /** All look like good ones up to the signature: the most work that an attacker can make. */
  forged: (tokens) => inCircles(tokens['bad signature']),
};
