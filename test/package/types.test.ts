import { apps, nestOf, outside, type App } from './support/outside.js';
import { runNode } from './support/run.js';

interface Mode {
  readonly name: string;
  readonly flags: readonly string[];
  readonly files: readonly string[];
  readonly only?: App;
}

const commonjs = ['consumer.ts', 'refused.ts'];
const both = [...commonjs, 'consumer.mts', 'refused.mts'];
const modern = ['consumer.mts', 'refused.mts'];

const modes: readonly Mode[] = [
  {
    name: 'node10, TypeScript 5',
    only: 'app11',
    flags: ['--module', 'commonjs', '--moduleResolution', 'node10'],
    files: commonjs,
  },
  {
    name: 'node10, TypeScript 6',
    only: 'app12',
    flags: ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0'],
    files: commonjs,
  },
  { name: 'node16, CommonJS and ESM', only: 'app11', flags: ['--module', 'node16'], files: both },
  // NestJS 12 is ESM, and `node16` forbids every CommonJS file, declarations too, to import that:
  // `nodenext` and `node20` know better.
  {
    name: 'node16, ESM',
    only: 'app12',
    flags: ['--module', 'node16', '--skipLibCheck'],
    files: modern,
  },
  { name: 'nodenext, CommonJS and ESM', flags: ['--module', 'nodenext'], files: both },
  {
    name: 'bundler',
    flags: ['--module', 'esnext', '--moduleResolution', 'bundler'],
    files: commonjs,
  },
];

const language = [
  '--target',
  'es2022',
  '--lib',
  'es2022',
  '--types',
  'node',
  '--experimentalDecorators',
  '--emitDecoratorMetadata',
];
const strict = [
  '--strict',
  '--declaration',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--isolatedModules',
];

async function expectNoErrors(app: App, ...args: string[]): Promise<void> {
  const { stdout, code } = await runNode(outside(app, 'types'), [
    '../node_modules/typescript/bin/tsc',
    '--noEmit',
    ...args,
  ]);
  expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
}

describe.each(apps)('an application is type-checked, %s', (app) => {
  test.each(modes.filter(({ only = app }) => only === app))(
    `on NestJS ${nestOf[app]}, $name`,
    ({ flags, files }) => expectNoErrors(app, ...language, ...strict, ...flags, ...files),
  );
});

test('what needs an optional peer is type-checked, where that is installed', () =>
  expectNoErrors(
    'app12',
    ...language,
    ...strict,
    '--module',
    'nodenext',
    'optional.ts',
    'optional.mts',
  ));

test('an application is type-checked as `nest new` has it', () =>
  expectNoErrors('app11', '-p', '..'));
