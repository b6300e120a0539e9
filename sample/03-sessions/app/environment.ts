/** Your project's endpoint: the exact `iss` of its tokens. */
export const AUTHGEAR = process.env['AUTHGEAR_ENDPOINT'] ?? '';

/** As the portal shows it, beside the address of the webhook. */
export const WEBHOOK_SECRET = process.env['AUTHGEAR_WEBHOOK_SECRET'] ?? '';

/** Seconds. An application of yours writes '5s' and '10s' where these stand: here the person at the terminal may choose. */
export const CACHE_FOR = Number(process.env['CACHE_FOR']);
export const MAX_STALENESS = Number(process.env['MAX_STALENESS']);
