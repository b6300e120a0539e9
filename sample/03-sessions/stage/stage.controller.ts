import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Res,
} from '@nestjs/common';
import { CACHE_FOR, MAX_STALENESS } from '../app/environment.js';
import { FakeAuthgear, TOKEN_LIFETIME } from './fake-authgear.js';

export interface Report {
  /** Seconds. */
  readonly limits: {
    readonly cacheFor: number;
    readonly maxStaleness: number;
    readonly tokenLifetime: number;
  };
  readonly isDisabled: boolean;
  readonly isUnplugged: boolean;
  /** The number of requests to Authgear about a session, by protection. */
  readonly questions: Readonly<Record<'local' | 'resolver' | 'webhooks' | 'staleness', number>>;
}

/** The part of the Express response that this file uses. */
interface CookieJar {
  cookie(
    name: string,
    value: string,
    options: { httpOnly: boolean; sameSite: 'lax'; path: string },
  ): unknown;
}

/**
 * Controls the stage: the user and the administrator of Authgear. These
 * routes need no sign-in, so the sample listens on loopback only.
 */
@Controller('stage')
export class StageController {
  constructor(@Inject(FakeAuthgear) private readonly authgear: FakeAuthgear) {}

  @Get()
  read(): Report {
    const { isDisabled, isUnplugged, questions } = this.authgear;
    return {
      limits: { cacheFor: CACHE_FOR, maxStaleness: MAX_STALENESS, tokenLifetime: TOKEN_LIFETIME },
      isDisabled,
      isUnplugged,
      // `@MaxStaleness()` without `resolver` calls the userinfo endpoint.
      questions: {
        local: 0,
        resolver: questions.resolver,
        webhooks: 0,
        staleness: questions.userinfo,
      },
    };
  }

  @Post('sign-in')
  @HttpCode(200)
  signIn(@Res({ passthrough: true }) response: CookieJar): { user: string; token: string } {
    if (this.authgear.isDisabled)
      throw new ConflictException('A user cannot sign in to a disabled account');
    if (this.authgear.isUnplugged) throw new ConflictException('Authgear cannot be reached');
    const { user, cookie, token } = this.authgear.signIn();
    response.cookie('session', cookie, { httpOnly: true, sameSite: 'lax', path: '/' });
    return { user, token };
  }

  @Post('disabled')
  @HttpCode(200)
  async disable(
    @Body() { value, isWebhookLost }: { value?: unknown; isWebhookLost?: unknown } = {},
  ): Promise<Report> {
    await this.authgear.setDisabled(readFlag(value), { isWebhookLost: isWebhookLost === true });
    return this.read();
  }

  @Post('unplugged')
  @HttpCode(200)
  unplug(@Body() { value }: { value?: unknown } = {}): Report {
    this.authgear.setUnplugged(readFlag(value));
    return this.read();
  }

  @Post('sign-out')
  @HttpCode(200)
  signOut(): Report {
    this.authgear.signOut();
    return this.read();
  }
}

function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new BadRequestException('"value" is true or false');
  return value;
}
