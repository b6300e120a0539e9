import { Inject, Injectable, Module, Scope, type DynamicModule, type Type } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  Args,
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../lib/authgear.module.js';
import type { AuthgearUser } from '../../lib/core/user.js';
import type { AuthenticationStrategy } from '../../lib/options/contracts.js';
import { OptionalAuth, Public } from '../../lib/routes/decorators/access.js';
import { MaxAuthAge, MaxStaleness } from '../../lib/routes/decorators/authentication.js';
import { Authorize, Roles, Scopes } from '../../lib/routes/decorators/permissions.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import { MemoryLogger, type Platform } from './app.js';

@Injectable({ scope: Scope.REQUEST })
class TenantPolicy {
  constructor(@Inject(REQUEST) readonly context: { req?: object }) {}
  authorize(user: AuthgearUser): boolean {
    return this.context.req !== undefined && user.claims['tenant'] === 'acme';
  }
}

@ObjectType()
class Report {
  @Field(() => String, { nullable: true }) name?: string;
  @Field(() => String, { nullable: true }) secret?: string;
  @Field(() => String, { nullable: true }) reader?: string;
}

@Resolver(() => Report)
class ReportsResolver {
  @Public() @Query(() => String) open(@CurrentUser('sub') sub?: string): string {
    return sub ?? 'nobody';
  }
  @OptionalAuth() @Query(() => String) maybe(@CurrentUser('sub') sub?: string): string {
    return sub ?? 'nobody';
  }
  @Query(() => String) me(@CurrentUser() user: AuthgearUser): string {
    return user.sub;
  }
  @Query(() => [Report]) reports(): Report[] {
    return Array.from({ length: 30 }, (_, index) => ({ name: `report ${index}` }));
  }
  @Scopes('write:reports') @Mutation(() => String) write(@Args('name') name: string): string {
    return name;
  }
  @MaxAuthAge('5m') @Query(() => String) recent(): string {
    return 'recent';
  }
  @MaxStaleness('10s') @Query(() => String) fresh(): string {
    return 'fresh';
  }
  @Authorize(TenantPolicy, 'another tenant') @Query(() => String) tenant(): string {
    return 'acme';
  }
  @Roles('admin') @ResolveField(() => String, { nullable: true }) secret(): string {
    return 'secret';
  }
  @ResolveField(() => String, { nullable: true }) reader(@CurrentUser('sub') sub: string): string {
    return sub;
  }
}

interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
}

/** Counts how often it authenticates. */
class CountingStrategy implements AuthenticationStrategy<string> {
  readonly name = 'counting';
  count = 0;
  extract({ headers }: { headers: Record<string, string | string[] | undefined> }) {
    return headers['x-user'] as string | undefined;
  }
  async authenticate(sub: string) {
    this.count += 1;
    const { AuthgearUser: User } = await import('../../lib/core/user.js');
    return { user: new User({ sub, issuer: 'https://other.example', via: 'counting' }) };
  }
}

async function start(platform: Platform, graphql: DynamicModule) {
  const issuer = await TestIssuer.listen();
  const logger = new MemoryLogger();
  const counting = new CountingStrategy();
  @Module({
    imports: [
      AuthgearModule.forRoot({ ...issuer.moduleOptions, logger, strategies: [counting] }),
      graphql,
    ],
    providers: [ReportsResolver, TenantPolicy],
  })
  class AppModule {}
  const compiled = await Test.createTestingModule({ imports: [AppModule as Type] }).compile();
  const nest: string[] = [];
  const record = (...words: unknown[]) => void nest.push(words.join(' '));
  compiled.useLogger({ log: () => undefined, warn: record, error: record });
  const app =
    platform === 'fastify'
      ? compiled.createNestApplication(new FastifyAdapter() as never)
      : compiled.createNestApplication();
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/graphql`;
  const send = async (query: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    const body = (await response.json()) as Pick<Answer, 'data' | 'errors'>;
    const challenge = response.headers.get('www-authenticate');
    return { status: response.status, challenge, ...body };
  };
  return {
    issuer,
    logger,
    nest,
    counting,
    send,
    ask: (query: string, token?: string) =>
      send(query, token === undefined ? {} : { authorization: `Bearer ${token}` }),
    close: async () => {
      await app.close();
      await issuer.close();
    },
  };
}

/** The same for every driver of GraphQL. */
export function describeGraphql(
  name: string,
  platform: Platform,
  options: { readonly driver: unknown; readonly [option: string]: unknown },
): void {
  describe(name, () => {
    let t: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      t = await start(
        platform,
        GraphQLModule.forRoot({
          autoSchemaFile: true,
          fieldResolverEnhancers: ['guards'],
          ...(options as { readonly driver: never }),
        }),
      );
    });
    afterAll(() => t.close());
    beforeEach(() => {
      t.nest.length = 0;
      t.logger.lines.length = 0;
    });

    test('an anonymous query is refused with the challenge, in words for clients', async () => {
      const { data, errors, challenge } = await t.ask('{ me }');
      expect(data ?? null).toBeNull();
      expect(errors).toEqual([
        expect.objectContaining({
          message: 'This route needs an access token.',
          path: ['me'],
          extensions: expect.objectContaining({
            code: 'UNAUTHENTICATED',
            reason: 'credentials_missing',
          }) as unknown,
        }),
      ]);
      expect(challenge).toBe('Bearer');
      expect(JSON.stringify(errors)).not.toMatch(/Authorization: Bearer|@Public|stacktrace/);
      expect(t.logger.lines.join('\n')).toMatch(/Refused credentials_missing.*ReportsResolver\.me/);
      expect(t.nest).toEqual([]);
    });

    test('a good token gets in, and its user is injected', async () => {
      const token = t.issuer.accessToken({ sub: 'user-1' });
      expect(await t.ask('{ me maybe open }', token)).toMatchObject({
        status: 200,
        data: { me: 'user-1', maybe: 'user-1', open: 'nobody' },
      });
    });

    test('without a token: public and optional queries answer', async () => {
      expect((await t.ask('{ open maybe }')).data).toEqual({ open: 'nobody', maybe: 'nobody' });
    });

    test('a bad token is refused, on optional queries too', async () => {
      const expired = t.issuer.wrongToken('expired');
      for (const query of ['{ me }', '{ maybe }'])
        expect((await t.ask(query, expired)).errors?.[0]?.extensions).toMatchObject({
          code: 'UNAUTHENTICATED',
          reason: 'token_expired',
        });
      expect((await t.ask('{ open }', expired)).data).toEqual({ open: 'nobody' });
    });

    test('a missing scope names what the operation needs', async () => {
      const { errors, challenge } = await t.ask(
        'mutation { write(name: "a") }',
        t.issuer.accessToken(),
      );
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'scope_missing',
        scope: 'write:reports',
      });
      expect(challenge).toContain('scope="write:reports"');
      const token = t.issuer.accessToken({ scope: 'write:reports' });
      expect((await t.ask('mutation { write(name: "a") }', token)).data).toEqual({ write: 'a' });
    });

    test('an old sign-in is asked to step up', async () => {
      const old = t.issuer.accessToken({ authTime: t.issuer.clock.seconds - 600 });
      const { errors, challenge } = await t.ask('{ recent }', old);
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        reason: 'authentication_too_old',
        maxAge: 300,
      });
      expect(challenge).toContain('max_age="300"');
    });

    test('staleness asks the issuer, and an outage is no refusal of the user', async () => {
      const token = t.issuer.accessToken();
      expect((await t.ask('{ fresh }', token)).data).toEqual({ fresh: 'fresh' });
      t.issuer.outage('reset', '/oauth2/userinfo');
      const { errors } = await t.ask('{ fresh }', t.issuer.accessToken());
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        reason: 'session_unconfirmed',
      });
      t.issuer.recover();
    });

    test('a request-scoped policy is asked', async () => {
      const acme = t.issuer.accessToken({ claims: { tenant: 'acme' } });
      expect((await t.ask('{ tenant }', acme)).data).toEqual({ tenant: 'acme' });
      const other = await t.ask('{ tenant }', t.issuer.accessToken());
      expect(other.errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'policy_denied',
      });
    });

    test('one refused field leaves the data of the others', async () => {
      const { data, errors } = await t.ask(
        '{ reports { name secret reader } }',
        t.issuer.accessToken({ sub: 'user-1' }),
      );
      const reports = data?.['reports'] as Report[];
      expect(reports).toHaveLength(30);
      expect(reports[7]).toEqual({ name: 'report 7', secret: null, reader: 'user-1' });
      expect(errors).toHaveLength(30);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'role_missing' });
      const admin = t.issuer.accessToken({ roles: ['admin'] });
      const all = await t.ask('{ reports { secret } }', admin);
      expect(all.errors).toBeUndefined();
    });

    test('an operation is authenticated once, and the next one again', async () => {
      const before = t.counting.count;
      for (const round of [1, 2]) {
        const { data } = await t.send('{ me reports { reader } }', { 'x-user': 'counted' });
        expect(data).toMatchObject({ me: 'counted' });
        expect(t.counting.count - before).toBe(round);
      }
    });

    test('200 operations of different users at once are not mixed', async () => {
      const subs = Array.from({ length: 200 }, (_, index) => `user-${index}`);
      const answers = await Promise.all(
        subs.map((sub) => t.ask('{ me reports { reader } }', t.issuer.accessToken({ sub }))),
      );
      for (const [index, { data }] of answers.entries()) {
        const { me, reports } = data as { me: string; reports: Report[] };
        const readers = reports.map(({ reader }) => reader);
        expect(new Set([me, ...readers])).toEqual(new Set([subs[index]]));
      }
    });
  });
}
