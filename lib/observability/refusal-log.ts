import { Inject, Injectable, type OnModuleDestroy, type LoggerService } from '@nestjs/common';
import { isWithin, type Clock } from '../core/clock.js';
import type { AuthErrorCode } from '../core/error-codes.js';
import type { AuthError } from '../core/errors.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { publishRefusal } from './channels.js';

const INTERVAL = 10_000;
/** Maximum number of lines per code and interval. */
const MAX_LINES = 5;

type Verb = 'Refused' | 'Warning';

interface Window {
  readonly since: number;
  readonly verb: Verb;
  /** The routes and reasons that were logged in this window. */
  readonly told: Set<string>;
  suppressed: number;
}

/**
 * Logs why requests are refused: code, reason, fix, and the facts that are safe to log. Writes one
 * line per code, route and reason in 10 seconds, and at most five per code, so that a flood of bad
 * requests does not fill the disk. Memory is bounded, because the set of codes is fixed.
 */
@Injectable()
export class RefusalLog implements OnModuleDestroy {
  private readonly windows = new Map<AuthErrorCode, Window>();
  private readonly logger: LoggerService;
  private readonly clock: Clock;

  constructor(
    @Inject(RESOLVED_OPTIONS) { logger, clock }: Pick<ResolvedOptions, 'logger' | 'clock'>,
  ) {
    this.logger = logger;
    this.clock = clock;
  }

  /**
   * Logs a refusal, subject to the limits above. Always publishes it on the channel. `route` is
   * absent for webhooks.
   */
  write(error: AuthError, route?: string): void {
    publishRefusal(error, route);
    this.writeAs('Refused', error, route);
  }

  /** Logs a problem with a request that is not refused. Subject to the same limits. */
  warn(error: AuthError): void {
    this.writeAs('Warning', error);
  }

  private writeAs(verb: Verb, error: AuthError, route?: string): void {
    const now = this.clock();
    const last = this.windows.get(error.code);
    const open = last !== undefined && isWithin(last.since, INTERVAL, now) ? last : undefined;
    if (
      open !== undefined &&
      (open.told.size >= MAX_LINES || open.told.has(subjectOf(error, route)))
    ) {
      open.suppressed += 1;
      return;
    }
    this.windows.set(error.code, {
      since: open?.since ?? now,
      verb,
      told: new Set(open?.told).add(subjectOf(error, route)),
      suppressed: 0,
    });
    this.tell(
      error.kind === 'unavailable' ? 'error' : 'warn',
      `${verb} ${format(error, route, 1 + (last?.suppressed ?? 0))}`,
    );
  }

  private tell(level: 'error' | 'warn', line: string): void {
    try {
      this.logger[level](line);
    } catch {
      // An error in the application's logger must not turn a 401 into a 500.
    }
  }

  /** Logs the number of suppressed lines. */
  onModuleDestroy(): void {
    for (const [code, { verb, suppressed }] of this.windows) {
      if (suppressed > 0)
        this.tell('warn', `${verb} ${code}: ${suppressed} more since the last line`);
    }
    this.windows.clear();
  }
}

/**
 * Identifies repeated lines. Digits are removed, because reasons such as "expired 7 s ago" differ
 * only in the number.
 */
function subjectOf({ reason }: AuthError, route: string | undefined): string {
  return `${route ?? ''} ${reason.replaceAll(/\d+/g, '')}`;
}

function format(
  { code, reason, fix, facts }: AuthError,
  route: string | undefined,
  count: number,
): string {
  const told = Object.entries({ ...facts, route }).flatMap(([name, value]) => {
    // Do not repeat values that the reason contains.
    return value === undefined || reason.includes(`"${value}"`) ? [] : [`${name}="${value}"`];
  });
  return `${code} (count ${count}): ${[reason, ...told].join(', ')}. Fix: ${fix}`;
}
