/** Reads the status of the issuers and of the clock. */
export async function readStatus() {
  return (await fetch('/status', { cache: 'no-store' })).json();
}

/** Controls the stage. */
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

/** Calls a route of the API and returns the parts of the answer that the page shows. */
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
