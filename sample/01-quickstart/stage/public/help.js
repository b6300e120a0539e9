/** What a refusal asks of the client, by its challenge: another scope, a newer sign-in, or a token at all. */
export function helpFor(answer, { credential, tokens, defaultScopes, signIn }) {
  const { error, scope = '', max_age: maxAge } = answer.parameters;
  const scopes = tokens?.scopes ?? defaultScopes;

  if (error === 'insufficient_scope') {
    const missing = scope.split(' ').filter((one) => !scopes.includes(one));
    if (missing.length === 0)
      return { text: `${scope} was asked for already: the issuer does not grant it to this user.` };
    return {
      text: `The token lacks ${scope}. A client asks the issuer for it when it needs it, not before.`,
      label: `Ask for ${missing.join(' ')}`,
      act: () => signIn({ scopes: [...scopes, ...missing] }),
    };
  }
  if (error === 'insufficient_user_authentication') {
    return {
      text: `This route wants you to have signed in at most ${maxAge} seconds ago.`,
      label: 'Confirm that it is you',
      act: () => signIn({ scopes, maxAge }),
    };
  }
  if (answer.status === 401 && credential === 'mine') {
    return {
      text: 'The API does not accept this token any more.',
      label: 'Sign in again',
      act: () => signIn({ scopes }),
    };
  }
  if (answer.status === 401 && tokens !== undefined && credential !== 'none') {
    return {
      text: 'A client is told no more than it needs. The terminal in which the sample runs says why, and what to do.',
    };
  }
  if (answer.status === 401 && tokens === undefined) {
    return {
      text: 'Only people who are signed in get further here.',
      label: 'Sign in',
      act: () => signIn({ scopes }),
    };
  }
  return undefined;
}
