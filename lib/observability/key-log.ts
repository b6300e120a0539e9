import type { LoggerService } from '@nestjs/common';
import { printable } from '../core/printable.js';
import type { KeyEvent } from '../core/keys/key-store.js';

const consequences = {
  'never loaded': 'Requests with its tokens get 503 until it answers.',
  unavailable: 'Requests with its tokens get 503 until it answers.',
  fresh: 'The known keys keep working.',
  stale: 'The known keys keep working for a while.',
} as const;

/**
 * Logs failures to fetch keys, the recovery, and keys that were skipped. Never logs the same text
 * twice in a row for one issuer.
 */
export function createKeyLog(logger: LoggerService): (event: KeyEvent) => void {
  const lastWords = new Map<string, string>();

  const once = (issuer: string, words: string, write: () => void): void => {
    if (lastWords.get(issuer) === words) return;
    lastWords.set(issuer, words);
    if (words !== '') write();
  };

  return (event) => {
    if (event.type === 'failed') {
      const { code, reason, fix } = event.error;
      once(event.issuer, reason, () =>
        logger.warn(`${code}: ${reason}. ${consequences[event.health]} Fix: ${fix}`),
      );
      return;
    }
    const kids =
      event.keySet.keys
        .map(({ kid }) => (kid === undefined ? '(no kid)' : printable(kid)))
        .join(', ') || 'none';
    if (event.afterFailures > 0)
      logger.log(`The issuer "${event.issuer}" answers again. Keys: ${kids}`);
    once(event.issuer, event.keySet.skipped.join('; '), () =>
      logger.warn(`Unused keys of "${event.issuer}": ${event.keySet.skipped.join('; ')}`),
    );
  };
}
