import { answerTo } from '../../../lib/core/answer.js';
import { errorCatalog, type AuthErrorCode } from '../../../lib/core/error-codes.js';
import { AuthError } from '../../../lib/core/errors.js';

const codes = Object.keys(errorCatalog) as AuthErrorCode[];
const details = { scopes: ['read:reports', 'write:reports'], maxAge: 300, retryAfter: 7 };

/**
 * Scheme and parameters of a challenge, by the grammar of RFC 9110 section 11.6.1; fails on
 * anything else.
 */
function parse(challenge: string): { scheme: string; parameters: Record<string, string> } {
  const match = /^([A-Za-z]+)(?: (.+))?$/.exec(challenge);
  if (match === null) throw new Error(`not a challenge: ${challenge}`);
  const parameters: Record<string, string> = {};
  for (let rest = match[2] ?? ''; rest !== '';) {
    const parameter = /^([a-z_]+)="([\x20-\x21\x23-\x5b\x5d-\x7e]*)"(?:, (?=[a-z])|$)/.exec(rest);
    if (parameter === null) throw new Error(`not a parameter: ${rest}`);
    if (Object.hasOwn(parameters, parameter[1] as string))
      throw new Error(`twice: ${String(parameter[1])}`);
    parameters[parameter[1] as string] = parameter[2] as string;
    rest = rest.slice(parameter[0].length);
  }
  return { scheme: match[1] as string, parameters };
}

interface Row {
  readonly status: number;
  /** The `error` of the challenge; `''`: a challenge without one; `undefined`: no challenge. */
  readonly error: string | undefined;
}
const table = {
  noCredentials: { status: 401, error: '' },
  malformed: { status: 400, error: 'invalid_request' },
  token: { status: 401, error: 'invalid_token' },
  scope: { status: 403, error: 'insufficient_scope' },
  tooOld: { status: 401, error: 'insufficient_user_authentication' },
  policy: { status: 403, error: undefined },
  undecided: { status: 503, error: undefined },
  boot: { status: 500, error: undefined },
} satisfies Record<string, Row>;

const rows: Record<AuthErrorCode, Row> = {
  credentials_missing: table.noCredentials,
  authorization_malformed: table.malformed,
  multiple_credentials: table.malformed,
  token_too_large: table.token,
  token_malformed: table.token,
  token_is_opaque: table.token,
  token_is_refresh_token: table.token,
  token_is_id_token: table.token,
  algorithm_not_allowed: table.token,
  typ_not_allowed: table.token,
  crit_not_supported: table.token,
  kid_invalid: table.token,
  issuer_mismatch: table.token,
  issuer_trailing_slash: table.token,
  audience_mismatch: table.token,
  audience_trailing_slash: table.token,
  token_expired: table.token,
  token_not_yet_valid: table.token,
  token_issued_in_future: table.token,
  claim_missing: table.token,
  claim_invalid: table.token,
  token_sender_constrained: table.token,
  client_not_allowed: table.token,
  key_unknown: table.token,
  signature_invalid: table.token,
  credential_malformed: table.malformed,
  credential_invalid: table.token,
  session_invalid: table.token,
  token_revoked: table.token,
  cross_origin_request: table.policy,
  proxy_headers_invalid: table.malformed,
  proxy_required: table.policy,
  proxy_headers_untrusted: table.boot,
  webhook_signature_invalid: table.policy,
  webhook_malformed: table.malformed,
  session_has_no_scopes: table.policy,
  confirmation_not_supported: table.policy,
  scope_missing: table.scope,
  authentication_too_old: table.tooOld,
  authentication_time_missing: table.tooOld,
  authentication_time_in_future: table.tooOld,
  issuer_not_accepted: table.policy,
  organization_not_named: table.policy,
  organization_not_member: table.policy,
  organization_scope_missing: table.policy,
  role_missing: table.policy,
  user_not_verified: table.policy,
  user_is_anonymous: table.policy,
  policy_denied: table.policy,
  authentication_method_missing: table.tooOld,
  id_token_invalid: table.token,
  user_cannot_reauthenticate: table.policy,
  machine_cannot_reauthenticate: table.policy,
  transport_not_supported: table.policy,
  keys_unavailable: table.undecided,
  issuer_lookup_failed: table.undecided,
  session_unconfirmed: table.undecided,
  revocation_unavailable: table.undecided,
  metadata_issuer_mismatch: table.undecided,
  jwks_uri_insecure: table.undecided,
  configuration_invalid: table.boot,
};

test('the table has every code', () => {
  expect(new Set(Object.keys(rows))).toEqual(new Set(codes));
});

describe.each(codes)('%s', (code) => {
  const error = new AuthError(code, 'the secret reason', details);
  const { status, headers, message, code: told } = answerTo(error);
  const challenge = headers['WWW-Authenticate'];

  test('has the status and the challenge of its row', () => {
    const given = challenge === undefined ? undefined : parse(challenge);
    expect({ status, error: given && (given.parameters['error'] ?? '') }).toEqual(rows[code]);
    expect(given?.scheme ?? 'Bearer').toBe('Bearer');
  });

  test('scope, max_age and Retry-After are only in their own kinds', () => {
    const { parameters } =
      challenge === undefined ? { parameters: {} as Record<string, string> } : parse(challenge);
    expect(parameters['scope']).toBe(
      status === 403 && challenge !== undefined ? 'read:reports write:reports' : undefined,
    );
    expect(parameters['max_age']).toBe(
      parameters['error'] === 'insufficient_user_authentication' ? '300' : undefined,
    );
    expect(headers['Retry-After']).toBe(status === 503 ? '7' : undefined);
  });

  test('is never stored, and contains only the public message and code', () => {
    expect(headers['Cache-Control']).toBe('no-store');
    expect({ message, told }).toEqual({ message: error.publicMessage, told: error.publicCode });
    expect(JSON.stringify({ headers, message, told })).not.toContain('secret');
  });

  test('its headers are printable ASCII', () => {
    for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/);
  });
});

test('no credentials is a bare challenge', () => {
  expect(answerTo(new AuthError('credentials_missing', '')).headers['WWW-Authenticate']).toBe(
    'Bearer',
  );
});

test('a token that is refused has a description', () => {
  expect(
    parse(answerTo(new AuthError('token_expired', '')).headers['WWW-Authenticate'] ?? '')
      .parameters['error_description'],
  ).toMatch(/expired/);
});

test.each(['a"b', 'a\\b', 'a\r\nSet-Cookie: x=1', 'é', '\u0000', 'a", error="none'])(
  'whatever stands in a scope, %j, it stays one quoted value',
  (scope) => {
    const challenge =
      answerTo(new AuthError('scope_missing', '', { scopes: [scope, 'b'] })).headers[
        'WWW-Authenticate'
      ] ?? '';
    const { parameters } = parse(challenge);
    expect(parameters['error']).toBe('insufficient_scope');
    expect(parameters['scope']).toMatch(/ b$/);
  },
);

test('max_age is a whole number, not above the limit', () => {
  const challenge =
    answerTo(new AuthError('authentication_too_old', '', { maxAge: 90.7 })).headers[
      'WWW-Authenticate'
    ] ?? '';
  expect(parse(challenge).parameters['max_age']).toBe('90');
});

test('503 without a hint says a second', () => {
  expect(answerTo(new AuthError('keys_unavailable', '')).headers['Retry-After']).toBe('1');
});
