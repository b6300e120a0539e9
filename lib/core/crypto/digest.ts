import { hash } from 'node:crypto';

/**
 * Returns the SHA-256 digest in base64url. Caches use it as a key, so that they store no
 * credentials.
 */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}
