import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type Type } from '@nestjs/common';
import {
  Field,
  GraphQLModule,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../lib/authgear.module.js';
import { Public } from '../../lib/routes/decorators/access.js';
import { Roles } from '../../lib/routes/decorators/permissions.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';

@ObjectType()
class Report {
  @Field(() => String) name!: string;
  @Field(() => String) author!: string;
}

@Resolver(() => Report)
class GuardedFields {
  @Public() @Query(() => Report) report(): Partial<Report> {
    return { name: 'first' };
  }
  @Roles('admin') @ResolveField(() => String) author(@Parent() { name }: Report): string {
    return `author of ${name}`;
  }
}

@Roles('admin')
@Resolver(() => Report)
class GuardedClass {
  @Query(() => Report) report(): Partial<Report> {
    return { name: 'first' };
  }
  @ResolveField(() => String) author(): string {
    return 'author';
  }
}

@Resolver(() => Report)
class OpenFields {
  @Roles('admin') @Query(() => Report) report(): Partial<Report> {
    return { name: 'first' };
  }
  @ResolveField(() => String) author(): string {
    return 'author';
  }
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(resolver: Type, options: Partial<ApolloDriverConfig>, globalGuard = true) {
  const issuer = new TestIssuer();
  @Module({
    imports: [
      AuthgearModule.forRoot({ ...issuer.moduleOptions, jwks: issuer.jwks(), globalGuard }),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        ...options,
      }),
    ],
    providers: [resolver],
  })
  class AppModule {}
  const compiled = await Test.createTestingModule({ imports: [AppModule] }).compile();
  compiled.useLogger(false);
  const app = compiled.createNestApplication();
  closers.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  return async (query: string): Promise<unknown> => {
    const response = await fetch(`${await app.getUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };
}

const isField = (place: string) => ({
  code: 'configuration_invalid',
  message: expect.stringMatching(
    new RegExp(`- ${place} is a field resolver, .*fieldResolverEnhancers: \\['guards'\\]`),
  ) as unknown,
});

test.each([
  ['a field resolver', GuardedFields, 'GuardedFields.author'],
  ['the class of one', GuardedClass, 'GuardedClass.author'],
])('a requirement on %s, about which no guard is asked, does not start', async (...cell) => {
  const [, resolver, place] = cell;
  const words = isField(`${place}\\(\\)`);
  await expect(start(resolver, {})).rejects.toMatchObject(words);
  await expect(start(resolver, { fieldResolverEnhancers: ['interceptors'] })).rejects.toMatchObject(
    words,
  );
});

test('with fieldResolverEnhancers: the guard refuses the field', async () => {
  const ask = await start(GuardedFields, { fieldResolverEnhancers: ['guards'] });
  expect(await ask('{ report { name } }')).toEqual({ data: { report: { name: 'first' } } });
  expect(await ask('{ report { name author } }')).toMatchObject({ errors: [{}], data: null });
});

test('a field without a requirement of its own needs none', async () => {
  const ask = await start(OpenFields, {});
  expect(await ask('{ report { author } }')).toMatchObject({ errors: [{}], data: null });
});

test('without a global guard: a query with a requirement and no guard does not start', async () => {
  await expect(start(OpenFields, {}, false)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(/- OpenFields\.report\(\) has a requirement, .*@UseGuards/),
  });
});
