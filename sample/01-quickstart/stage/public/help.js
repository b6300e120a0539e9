/** What the challenge of a refusal asks for: another scope, a newer sign-in, or a token. */
export function helpFor(answer, { credential, tokens, defaultScopes, signIn }) {
  const { error, scope = '', max_age: maxAge } = answer.parameters;
  const scopes = tokens?.scopes ?? defaultScopes;

  if (error === 'insufficient_scope') {
    const missing = scope.split(' ').filter((one) => !scopes.includes(one));
    if (missing.length === 0)
      return {
        text: `The page already requested ${scope}: the issuer does not grant it to this user.`,
      };
    return {
      text: `The token lacks ${scope}. A client requests a scope when it needs it.`,
      label: `Ask for ${missing.join(' ')}`,
      act: () => signIn({ scopes: [...scopes, ...missing] }),
    };
  }
  if (error === 'insufficient_user_authentication') {
    return {
      text: `This route needs a sign-in of the last ${maxAge} seconds.`,
      label: 'Confirm that it is you',
      act: () => signIn({ scopes, maxAge }),
    };
  }
  if (answer.status === 401 && credential === 'mine') {
    return {
      text: 'The API does not accept this token anymore.',
      label: 'Sign in again',
      act: () => signIn({ scopes }),
    };
  }
  if (answer.status === 401 && tokens !== undefined && credential !== 'none') {
    return {
      text: 'The terminal in which the sample runs says why, and what to do. The answer does not.',
    };
  }
  if (answer.status === 401 && tokens === undefined) {
    return {
      text: 'This route needs a signed-in user.',
      label: 'Sign in',
      act: () => signIn({ scopes }),
    };
  }
  return undefined;
}
