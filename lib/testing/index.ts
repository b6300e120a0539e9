export { TestIssuer } from './test-issuer.js';
export { TestClock } from './test-clock.js';
export { wrongTokens } from './wrong-tokens.js';

export type { TestIssuerOptions } from './test-issuer.js';
export type { AccessTokenFields } from './token-shape.js';
export type { Outage } from './test-server.js';
export type { WrongToken } from './wrong-tokens.js';
export type { SigningKey } from './signing-key.js';
