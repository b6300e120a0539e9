/** Reads the status of the fake Authgear. */
export async function readStage() {
  return (await fetch('/stage', { cache: 'no-store' })).json();
}

/** The stage refused an action. The message is for the user. */
export class Refused extends Error {}

/** Controls the stage. */
export async function act(what, body = {}) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`/stage/${what}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.message);
  return answer;
}

/** Calls the route of a protection with the cookie, or with the token and without the cookie. */
export async function call({ id, credential }, token) {
  const init =
    credential === 'cookie'
      ? {}
      : { credentials: 'omit', headers: { authorization: `Bearer ${token}` } };
  const response = await fetch(`/${id}/account`, { ...init, cache: 'no-store' });
  const { code } = await response.json();
  return { status: response.status, code };
}
