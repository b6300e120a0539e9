// Whoever accepts too much or too little does not take part.
import { badKinds } from '../tokens.mjs';
import { HEADER_ONLY, NO_GUARD } from './names.mjs';

/**
 * Asked before anything is timed. It also loads the keys and spends the budget for unknown ones.
 */
export async function proveFair(name, url, tokens) {
  await expectStatus(200, name, url, 'good', tokens.good[0]);
  if (name === NO_GUARD) return;
  await expectStatus(401, name, url, 'none');
  if (name === HEADER_ONLY) return;
  for (const kind of badKinds) await expectStatus(401, name, url, kind, tokens[kind][0]);
}

async function expectStatus(expected, name, url, kind, token) {
  const { status } = await fetch(
    url,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  if (status !== expected)
    throw new Error(`${name} answers ${status}, not ${expected} (token: ${kind})`);
}

/** How many answers there were; all of them must have been the expected one. */
export function expectOnly(expected, answers, name) {
  const { [expected]: count = 0, ...others } = answers;
  if (count === 0 || Object.keys(others).length > 0)
    throw new Error(
      `${name}: ${expected} was expected, the answers were ${JSON.stringify(answers)}`,
    );
  return count;
}
