/** The endpoint of the Authgear project. It is also the `iss` of its tokens. */
export const AUTHGEAR = process.env['AUTHGEAR_ENDPOINT'] ?? '';

/** The secret of the webhook, from the portal. */
export const WEBHOOK_SECRET = process.env['AUTHGEAR_WEBHOOK_SECRET'] ?? '';

/** Seconds. An application would write '5s' and '10s' in the code. */
export const CACHE_FOR = Number(process.env['CACHE_FOR'] ?? 5);
export const MAX_STALENESS = Number(process.env['MAX_STALENESS'] ?? 10);
