/** What the sample says of its issuers and its clock. */
export async function readStatus() {
  return (await fetch('/status', { cache: 'no-store' })).json();
}

/** Pulls one of the strings behind the stage. */
export async function control(path, body = {}) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`/control/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new TypeError(answer.message);
  return answer;
}

/** Calls a route of the API and gives everything that a person may want to know of its answer. */
export async function call(path, token) {
  const start = performance.now();
  const response = await fetch(path, {
    headers: { authorization: `Bearer ${token}` },
    cache: 'no-store',
  });
  const body = await response.json();
  return {
    path,
    status: response.status,
    reason: response.statusText,
    took: Math.round(performance.now() - start),
    challenge: response.headers.get('www-authenticate') ?? undefined,
    retryAfter: response.headers.get('retry-after') ?? undefined,
    kid: kidOf(token),
    body,
  };
}

function kidOf(token) {
  const header = token.slice(0, token.indexOf('.')).replaceAll('-', '+').replaceAll('_', '/');
  return JSON.parse(atob(header)).kid;
}
