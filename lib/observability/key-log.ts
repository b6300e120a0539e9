import type { LoggerService } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../core/clock.js';
import { printable } from '../core/printable.js';
import type { KeyEvent } from '../core/keys/key-store.js';

/** Maximum number of issuers whose last line is remembered. */
const MAX_ISSUERS = 1_000;
const INTERVAL = 10_000;
/** Maximum number of lines per interval. If issuers are looked up, forged tokens can name many. */
const MAX_LINES = 20;

const consequences = {
  'never loaded': 'Requests with its tokens get 503 until it answers.',
  unavailable: 'Requests with its tokens get 503 until it answers.',
  fresh: 'The known keys keep working.',
  stale: 'The known keys keep working for a while.',
} as const;

/**
 * Returns a listener that logs failures to fetch keys, the recovery, and skipped keys. It never
 * logs the same text twice in a row for one issuer, and logs at most 20 lines in 10 seconds.
 */
export function createKeyLog(logger: LoggerService, clock: Clock): (event: KeyEvent) => void {
  const lastWords = new LRUCache<string, string>({ max: MAX_ISSUERS });
  let since = 0;
  let lines = 0;

  const write = (level: 'log' | 'warn', line: string): void => {
    const now = clock();
    if (!isWithin(since, INTERVAL, now)) {
      const suppressed = lines - MAX_LINES;
      if (suppressed > 0) logger.warn(`${suppressed} more lines about keys were not logged`);
      since = now;
      lines = 0;
    }
    lines += 1;
    if (lines <= MAX_LINES) logger[level](line);
  };
  const warnOnce = (issuer: string, words: string, line: string): void => {
    if (lastWords.get(issuer) === words) return;
    lastWords.set(issuer, words);
    if (words !== '') write('warn', line);
  };

  return (event) => {
    const { issuer } = event;
    if (event.type === 'failed') {
      const { code, reason, fix } = event.error;
      warnOnce(issuer, reason, `${code}: ${reason}. ${consequences[event.health]} Fix: ${fix}`);
      return;
    }
    const { keys, skipped } = event.keySet;
    const kids =
      keys.map(({ kid }) => (kid === undefined ? '(no kid)' : printable(kid))).join(', ') || 'none';
    if (event.afterFailures > 0)
      write('log', `The issuer "${printable(issuer)}" answers again. Keys: ${kids}`);
    const unused = skipped.join('; ');
    warnOnce(issuer, unused, `Unused keys of "${printable(issuer)}": ${unused}`);
  };
}
