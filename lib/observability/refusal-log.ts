import { Inject, Injectable, type OnModuleDestroy, type LoggerService } from '@nestjs/common';
import { isWithin, type Clock } from '../core/clock.js';
import type { AuthErrorCode } from '../core/error-codes.js';
import type { AuthError } from '../core/errors.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { publishRefusal } from './channels.js';

const INTERVAL = 10_000;
/** Lines of one code in one interval. */
const MAX_LINES = 5;

type Verb = 'Refused' | 'Warning';

interface Window {
  readonly since: number;
  readonly verb: Verb;
  /** What was told: routes and reasons. */
  readonly told: Set<string>;
  suppressed: number;
}

/**
 * Tells why requests are refused: code, reason, fix and the few facts that may be told; one line
 * per code, route and reason in 10 seconds, five per code at most, so that a flood of forgeries is
 * a number and not a full disk. Codes are a fixed set, so this is bounded too.
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
   * A request was refused, by a route of the application if it is one: one line now and then, and
   * every one on the channel.
   */
  write(error: AuthError, route?: string): void {
    publishRefusal(error, route);
    this.writeAs('Refused', error, route);
  }

  /** Something was wrong with a request that is answered all the same. */
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
      if (suppressed > 0)
        this.tell('warn', `${verb} ${code}: ${suppressed} more since the last line`);
    }
    this.windows.clear();
  }
}

/**
 * What a line is about. A token that expired 7 s ago and one that expired 8 s ago have one reason.
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
    // Most reasons name what they are about.
    return value === undefined || reason.includes(`"${value}"`) ? [] : [`${name}="${value}"`];
  });
  return `${code} (count ${count}): ${[reason, ...told].join(', ')}. Fix: ${fix}`;
}
