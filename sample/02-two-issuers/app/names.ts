/** The exact `iss` of either issuer. */
export const AUTHGEAR = process.env['AUTHGEAR_ISSUER'] ?? '';
export const AUTHPI = process.env['AUTHPI_ISSUER'] ?? '';

/** The name under which this API is known at AuthPI: the `aud` of tokens that are meant for it. */
export const AUDIENCE = 'https://api.example';
