/** The protections in `app/protections/`, and their limits in seconds. */
export function lanesOf({ cacheFor, maxStaleness, tokenLifetime }) {
  return [
    {
      id: 'local',
      name: 'Local JWT',
      credential: 'token',
      declared: '{ issuer, audience }',
      promise: `A token is valid until it expires, in ${tokenLifetime / 60} minutes.`,
    },
    {
      id: 'resolver',
      name: 'Resolver',
      credential: 'cookie',
      declared: `resolver: { cookies: true, cacheFor: '${cacheFor}s' }`,
      promise: `Authgear resolves the cookie. The API caches the answer for ${cacheFor} s.`,
    },
    {
      id: 'webhooks',
      name: 'JWT + webhook',
      credential: 'token',
      declared: 'webhooks: { path, secret }',
      promise: 'Authgear sends an event when an account is disabled, and none when a session ends.',
    },
    {
      id: 'staleness',
      name: 'JWT + staleness',
      credential: 'token',
      declared: `@MaxStaleness('${maxStaleness}s')`,
      promise: `Authgear confirmed the session at most ${maxStaleness} s ago.`,
    },
  ];
}
