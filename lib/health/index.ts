export { AuthgearHealthIndicator } from './authgear.health-indicator.js';
export type { IssuerHealth } from './authgear.health-indicator.js';
