import { noRequirement } from '../core/policy/requirement.js';
import { checkNames } from './demand.js';
import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';

/**
 * The user must be verified (Authgear `is_verified`); else 403. A token that does not tell is
 * refused.
 */
export function Verified(): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, verified: [true] } });
}

/**
 * The user must not be anonymous (Authgear `is_anonymous`); else 403. A token of a person that does
 * not tell is refused; a machine is let in.
 */
export function NotAnonymous(): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, notAnonymous: [true] } });
}

/**
 * The user must have authenticated by all of these methods (`amr`, RFC 8176; Authgear: `mfa`,
 * `otp`, `x_passkey` …); else 401 with the step-up challenge of RFC 9470 where another
 * authentication can help, and 403 where it cannot: for machines, and users who can never
 * reauthenticate.
 */
export function Amr(...methods: [string, ...string[]]): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, amr: checkNames('@Amr()', methods) } });
}
