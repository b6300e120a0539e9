/** Calls a route of the API and returns the parts of the answer that the page shows. */
export async function call({ method, path }, token) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(path, { method, headers, cache: 'no-store' });
  const challenge = response.headers.get('www-authenticate') ?? undefined;
  return {
    method,
    path,
    status: response.status,
    reason: response.statusText,
    challenge,
    parameters: readChallenge(challenge),
    body: await response.json(),
  };
}

/** The parameters of a `WWW-Authenticate` header (RFC 6750 section 3, RFC 9470 section 3). */
function readChallenge(challenge = '') {
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}
