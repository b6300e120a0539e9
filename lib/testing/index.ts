export { TestIssuer } from './test-issuer.js';
export { TestClock } from './test-clock.js';
export { wrongTokens } from './wrong-tokens.js';

export type { TestIssuerOptions } from './test-issuer.js';
export type { AccessTokenFields, TestSessionFields } from './token-shape.js';
export type { Outage, RecordedRequest } from './test-server.js';
export type { TestSession } from './test-sessions.js';
export type { TestWebhooks, WebhookDelivery, WebhookEventFields } from './test-webhooks.js';
export type { WrongToken } from './wrong-tokens.js';
export type { SigningKey } from './signing-key.js';
