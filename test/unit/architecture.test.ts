import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const LIB = resolve('lib');

interface SourceFile {
  /** Relative to lib/, with slashes. */
  readonly path: string;
  readonly code: string;
  /** As written. */
  readonly imports: readonly string[];
  /** The files of lib/ among them. */
  readonly inside: readonly string[];
}

/** Comments name things that the code does not use. */
const withoutComments = (code: string) =>
  code.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\w/])\/\/[^\n]*/g, '');

const IMPORT = /(?:\bfrom\s*|\bimport\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g;

function read(file: string): SourceFile {
  const code = withoutComments(readFileSync(file, 'utf8'));
  const imports = [...code.matchAll(IMPORT)].map(([, , name]) => name as string);
  const toPath = (name: string) =>
    relative(LIB, resolve(dirname(file), name.replace(/\.js$/, '.ts')));
  const inside = imports
    .filter((name) => name.startsWith('.'))
    .map((name) => toPath(name).split(sep).join('/'));
  return { path: relative(LIB, file).split(sep).join('/'), code, imports, inside };
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(join(LIB, name)));
const within = (folder: string) => files.filter(({ path }) => path.startsWith(`${folder}/`));

/** The house without its wings, from the ground up: a folder imports those before it. */
const FLOORS = [
  'core',
  'options',
  'observability',
  'keys',
  'transports',
  'revocation',
  'credentials',
  'routes',
  'jwt-auth.guard.ts',
  'authgear.module.ts',
];
/** The same inside `core/`: the files at its root are at the ground, beside `crypto/`. */
const CORE_FLOORS = ['session', 'issuer', 'keys', 'token', 'policy', 'revocation'];
const isWing = (path: string) =>
  path.includes('/') && !FLOORS.some((floor) => path.startsWith(`${floor}/`));
/** Every offender as "file: import", so that a failure says where. */
const offenders = (
  some: readonly SourceFile[],
  isWrong: (name: string, file: SourceFile) => boolean,
) =>
  some.flatMap((file) =>
    file.imports.filter((name) => isWrong(name, file)).map((name) => `${file.path}: ${name}`),
  );

test('the imports are read', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.find(({ path }) => path === 'core/token/verify.ts')?.inside).toContain(
    'core/token/parse.ts',
  );
  expect(files.find(({ path }) => path === 'core/crypto/jose.ts')?.imports).toEqual(
    expect.arrayContaining(['jose', 'node:crypto']),
  );
});

test('relative imports have an extension and lead to a file of lib/', () => {
  expect(offenders(files, (name) => name.startsWith('.') && !name.endsWith('.js'))).toEqual([]);
  const paths = new Set(files.map(({ path }) => path));
  expect(
    files.flatMap(({ path, inside }) =>
      inside.filter((target) => !paths.has(target)).map((target) => `${path}: ${target}`),
    ),
  ).toEqual([]);
});

test('core/ is free of frameworks', () => {
  expect(
    offenders(within('core'), (name) =>
      /^(?:@nestjs\/|rxjs|reflect-metadata|express|fastify)/.test(name),
    ),
  ).toEqual([]);
});

test('core/ imports core/ alone', () => {
  expect(
    within('core').flatMap(({ path, inside }) =>
      inside.filter((target) => !target.startsWith('core/')).map((target) => `${path}: ${target}`),
    ),
  ).toEqual([]);
});

test('only core/crypto/jose.ts imports jose, and it imports no internal file', () => {
  expect(offenders(files, (name) => /^jose(?:\/|$)/.test(name))).toEqual([
    'core/crypto/jose.ts: jose',
  ]);
  expect(files.find(({ path }) => path === 'core/crypto/jose.ts')?.inside).toEqual([]);
});

test('no internal file imports an index', () => {
  expect(
    files.flatMap(({ path, inside }) =>
      inside
        .filter((target) => /(?:^|\/)index\.ts$/.test(target))
        .map((target) => `${path}: ${target}`),
    ),
  ).toEqual([]);
});

test('@nestjs/* by package root', () => {
  expect(offenders(files, (name) => /^@nestjs\/[^/]+\//.test(name))).toEqual([]);
});

test('only wings import optional peers', () => {
  const peers = /^@nestjs\/(?!common$|core$)/;
  expect(
    offenders(
      files.filter(({ path }) => !isWing(path)),
      (name) => peers.test(name),
    ),
  ).toEqual([]);
});

test('stages do not import wings, and no wing imports another but testing/', () => {
  const wingOf = (path: string) => (isWing(path) ? path.split('/')[0] : undefined);
  const wrong = files.flatMap(({ path, inside }) =>
    inside
      .filter(
        (target) =>
          isWing(target) &&
          wingOf(target) !== wingOf(path) &&
          !(isWing(path) && wingOf(target) === 'testing'),
      )
      .map((target) => `${path}: ${target}`),
  );
  expect(wrong).toEqual([]);
});

const topOf = (path: string) => path.split('/')[0] as string;

test('imports point down', () => {
  const floorOf = (path: string) => FLOORS.indexOf(topOf(path));
  const wrong = files
    .filter(({ path }) => floorOf(path) >= 0)
    .flatMap(({ path, inside }) =>
      inside
        .filter((target) => floorOf(target) > floorOf(path) || floorOf(target) < 0)
        .map((target) => `${path}: ${target}`),
    );
  expect(wrong).toEqual([]);
});

test('imports point down inside core/ too', () => {
  // -1 for crypto/ and for the files at the root, which import none of the folders.
  const floorOf = (path: string) => CORE_FLOORS.indexOf(path.split('/')[1] as string);
  const wrong = within('core').flatMap(({ path, inside }) =>
    inside
      .filter((target) => floorOf(target) > floorOf(path))
      .map((target) => `${path}: ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('every folder of lib/ is a floor or a wing', () => {
  const wings = ['health', 'testing', 'issuers', 'swagger', 'cli', 'index.ts'];
  expect(files.filter(({ path }) => ![...FLOORS, ...wings].includes(topOf(path)))).toEqual([]);
});

test('there is no cycle', () => {
  const edges = new Map(files.map(({ path, inside }) => [path, inside]));
  const done = new Set<string>();
  function findCycle(path: string, trail: readonly string[]): string | undefined {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' → ');
    if (done.has(path)) return undefined;
    for (const target of edges.get(path) ?? []) {
      const cycle = findCycle(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  }
  expect(
    files.map(({ path }) => findCycle(path, [])).find((cycle) => cycle !== undefined),
  ).toBeUndefined();
});

test('in core/ only clock.ts reads the clock', () => {
  const reads = /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.now\b|\bhrtime\b/;
  expect(
    within('core')
      .filter(({ code }) => reads.test(code))
      .map(({ path }) => path),
  ).toEqual(['core/clock.ts']);
  expect(
    files
      .filter(({ path, code }) => reads.test(code) && path !== 'core/clock.ts' && !isWing(path))
      .map(({ path }) => path),
  ).toEqual([]);
});

test('in core/ chance is passed in', () => {
  expect(
    within('core')
      .filter(({ code }) => /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/.test(code))
      .map(({ path }) => path),
  ).toEqual([]);
});

test('the environment is never read', () => {
  expect(
    files
      .filter(({ path, code }) => /\bprocess\.env\b/.test(code) && !path.startsWith('cli/'))
      .map(({ path }) => path),
  ).toEqual([]);
});
