// Which token the next request brings.

/** How many users are about at the same time, and how often each comes. */
const ACTIVE = 1_000;
const USES = 100;

/**
 * 1,000 users are active, and their tokens are renewed as in production: each token is used about
 * 100 times, then a new one replaces it. One request in a hundred brings a token that was never
 * seen.
 */
function realistic({ good }) {
  let request = 0;
  return () => {
    const newest = Math.floor(request++ / USES) + ACTIVE;
    return good[(newest - Math.floor(Math.random() * ACTIVE)) % good.length];
  };
}

/**
 * Each in its turn. A token comes again only after all others, when no cache holds it any more.
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
