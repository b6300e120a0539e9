/** The endpoint of the Authgear project. It is also the `iss` of its tokens. */
export const AUTHGEAR_ENDPOINT = process.env['AUTHGEAR_ENDPOINT'] ?? '';

/** The client ID of the application that users sign in to. */
export const AUTHGEAR_CLIENT_ID = process.env['AUTHGEAR_CLIENT_ID'] ?? '';
