/** The exact `iss` of the tokens of each issuer. */
export const AUTHGEAR = process.env['AUTHGEAR_ISSUER'] ?? '';
export const AUTHPI = process.env['AUTHPI_ISSUER'] ?? '';

/** The identifier of this API at AuthPI, which is the `aud` of the tokens for it. */
export const AUDIENCE = 'https://api.example';
