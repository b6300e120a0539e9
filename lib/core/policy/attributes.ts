import { AuthError } from '../errors.js';
import type { AuthgearUser } from '../user.js';
import { strictestAge, type Requirement } from './requirement.js';

export function checkIssuer(
  { issuer }: AuthgearUser,
  { issuers }: Requirement,
): AuthError | undefined {
  const list = issuers.find((accepted) => !accepted.includes(issuer));
  return (
    list &&
    new AuthError('issuer_not_accepted', `the route accepts "${list.join('", "')}"`, {
      facts: { iss: issuer },
    })
  );
}

/** Fails closed: who is not known to be verified is not. */
export function findUnverified(
  { isVerified }: AuthgearUser,
  { verified }: Requirement,
): AuthError | undefined {
  if (verified.length === 0 || isVerified === true) return undefined;
  return new AuthError(
    'user_not_verified',
    isVerified === false ? 'the user has no verified login id' : 'the token does not tell',
  );
}

/** Fails closed: who is not known to be somebody is not. A machine is nobody's anonymous user. */
export function findAnonymous(
  { isAnonymous, isMachine }: AuthgearUser,
  { notAnonymous }: Requirement,
): AuthError | undefined {
  if (notAnonymous.length === 0 || isAnonymous === false || isMachine) return undefined;
  return new AuthError(
    'user_is_anonymous',
    isAnonymous === true ? 'the user is anonymous' : 'the token does not tell',
  );
}

/**
 * Another authentication can help a person who is able to do one, and nobody else: only then is it
 * a step-up (RFC 9470).
 */
export function findMissingMethod(
  user: AuthgearUser,
  requirement: Requirement,
): AuthError | undefined {
  // One login should do for both.
  const age = strictestAge(requirement);
  const missing = requirement.amr.filter((method) => !user.amr.includes(method));
  if (missing.length === 0) return undefined;
  const reason = `the route needs "${missing.join('", "')}"`;
  if (user.isMachine) return new AuthError('machine_cannot_reauthenticate', reason);
  if (user.canReauthenticate === false) return new AuthError('user_cannot_reauthenticate', reason);
  return new AuthError(
    'authentication_method_missing',
    reason,
    age === undefined ? {} : { maxAge: age.maxAge },
  );
}
