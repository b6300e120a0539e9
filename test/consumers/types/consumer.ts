import { Controller, Delete, Get, Module } from '@nestjs/common';
import {
  AuthError,
  AuthgearModule,
  AuthgearUser,
  CurrentUser,
  JwksService,
  JwtAuthGuard,
  MaxAuthAge,
  OptionalAuth,
  Public,
  Roles,
  Scopes,
  TokenService,
  toHttpException,
} from 'nestjs-authgear';
import type {
  AuthErrorCode,
  AuthgearModuleOptions,
  AuthgearOptionsFactory,
  Duration,
  JwksStatus,
} from 'nestjs-authgear';
import { TestClock, TestIssuer, wrongTokens } from 'nestjs-authgear/testing';
import type { AccessTokenFields, WrongToken } from 'nestjs-authgear/testing';

const issuer = 'https://my-app.authgear.cloud';
const options: AuthgearModuleOptions = {
  issuer,
  audience: [issuer, 'https://api.example'],
  algorithms: ['RS256', 'ES256'],
  keys: { maxAge: '1h' },
};

class OptionsFactory implements AuthgearOptionsFactory {
  createAuthgearOptions(): AuthgearModuleOptions {
    return options;
  }
}

@Controller()
export class ReportsController {
  constructor(
    private readonly keys: JwksService,
    private readonly tokens: TokenService,
  ) {}

  @Get()
  @Scopes('read:reports', 'list:reports')
  list(@CurrentUser() user: AuthgearUser): readonly string[] {
    return user.roles;
  }

  @Delete()
  @Scopes({ anyOf: ['admin', 'write:reports'] })
  @MaxAuthAge('5m')
  remove(@CurrentUser('sub') sub: string): string {
    return sub;
  }

  @Get('health')
  @Public()
  health(): unknown {
    const status: JwksStatus | readonly JwksStatus[] = this.keys.status();
    return status;
  }

  @Get('who')
  @OptionalAuth()
  async who(token: string): Promise<string | undefined> {
    const user: AuthgearUser = await this.tokens.verifyAccessToken(token);
    return user.clientId;
  }
}

@Module({
  imports: [
    AuthgearModule.forRoot({ ...options, globalGuard: false }),
    AuthgearModule.forRootAsync({ useClass: OptionsFactory }),
    AuthgearModule.forRootAsync({
      inject: [OptionsFactory],
      useFactory: (factory: OptionsFactory) => factory.createAuthgearOptions(),
    }),
  ],
  controllers: [ReportsController],
})
export class AppModule {}

export const guard: typeof JwtAuthGuard = JwtAuthGuard;

/** Their types are written into declarations, so they must have names. */
export const Admin = () => Roles('admin');
export const asUnauthorized = (error: AuthError) => toHttpException(error);
export const factsOf = ({ facts, details }: AuthError) => ({ facts, details });
export const { clock: ownClock, fetch: ownFetch } = options;

export const codeOf = (error: unknown): AuthErrorCode | undefined =>
  error instanceof AuthError ? error.code : undefined;

export async function testTokens(fields: AccessTokenFields, by: Duration): Promise<string[]> {
  const clock = new TestClock();
  const testIssuer = await TestIssuer.listen({ clock });
  clock.advance(by);
  await testIssuer.close();
  return [
    testIssuer.accessToken(fields),
    ...wrongTokens.map((kind: WrongToken) => testIssuer.wrongToken(kind)),
  ];
}
