import { Inject, Injectable, type OnModuleDestroy, type LoggerService } from '@nestjs/common';
import { goesOn, type Clock } from '../core/clock.js';
import type { AuthError, AuthErrorCode } from '../core/errors.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { publishRefusal } from './refusal-channel.js';

const INTERVAL = 10_000;

type Verb = 'Refused' | 'Noticed';

interface Window {
  readonly since: number;
  readonly verb: Verb;
  suppressed: number;
}

/**
 * Tells why requests are refused: code, reason, fix and the few facts that may be told; one line per code in 10 seconds, so that a
 * flood of forgeries is a number and not a full disk. Codes are a fixed set, so this is bounded too.
 */
@Injectable()
export class RefusalLog implements OnModuleDestroy {
  private readonly windows = new Map<AuthErrorCode, Window>();
  private readonly logger: LoggerService;
  private readonly clock: Clock;

  constructor(@Inject(RESOLVED_OPTIONS) { logger, clock }: Pick<ResolvedOptions, 'logger' | 'clock'>) {
    this.logger = logger;
    this.clock = clock;
  }

  /** A request was refused: one line now and then, and every one on the channel. */
  write(error: AuthError): void {
    publishRefusal(error);
    this.writeAs('Refused', error);
  }

  /** Something was wrong with a request that is answered all the same. */
  notice(error: AuthError): void {
    this.writeAs('Noticed', error);
  }

  private writeAs(verb: Verb, error: AuthError): void {
    const now = this.clock();
    const window = this.windows.get(error.code);
    if (window !== undefined && goesOn(window.since, INTERVAL, now)) {
      window.suppressed += 1;
      return;
    }
    this.windows.set(error.code, { since: now, verb, suppressed: 0 });
    this.tell(error.kind === 'unavailable' ? 'error' : 'warn', `${verb} ${format(error, 1 + (window?.suppressed ?? 0))}`);
  }

  /** A logger that throws must not turn a 401 into a 500 without a challenge. */
  private tell(level: 'error' | 'warn', line: string): void {
    try {
      this.logger[level](line);
    } catch {
      // Whoever gave the logger has to look after it.
    }
  }

  /** Writes what was counted and not told yet. */
  onModuleDestroy(): void {
    for (const [code, { verb, suppressed }] of this.windows) {
      if (suppressed > 0) this.tell('warn', `${verb} ${code}: ${suppressed} more since the last line`);
    }
    this.windows.clear();
  }
}

function format({ code, reason, fix, facts }: AuthError, count: number): string {
  const told = Object.entries(facts).map(([name, value]) => `${name}="${value}"`);
  return `${code} (count ${count}): ${[reason, ...told].join(', ')}. Fix: ${fix}`;
}
