import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { answerTo } from '../../lib/core/answer.js';
import { errorCatalog, type AuthErrorCode } from '../../lib/core/error-codes.js';
import { AuthError } from '../../lib/core/errors.js';

const root = join(process.cwd());
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const rows = (firstColumn: RegExp) => [
  ...readme.matchAll(new RegExp(`^\\| *${firstColumn.source} *\\|.*$`, 'gm')),
];

test('the two commands come first', () => {
  expect(/```\n([^`]*)```/.exec(readme)?.[1]).toBe('npm ci && npm start\nnpm ci && npm test\n');
});

test('the list of codes has every code with its status and its fix, and no other', () => {
  const list = readme.slice(
    readme.indexOf('## Why was my token refused?'),
    readme.indexOf('## What is not checked'),
  );
  const documented = new Map(
    [...list.matchAll(/^- `(\w+)`( \\\*)? \((\w+)\): (.*(?:\n  .*)*)$/gm)].map(
      ([, code, star, status, fix]) => [
        code,
        {
          hidden: star !== undefined,
          status,
          fix: fix?.replaceAll('\n  ', ' ').replace(/\\([*<])/g, '$1'),
        },
      ],
    ),
  );
  const actual = new Map(
    Object.entries(errorCatalog).map(([code, { kind, fix, publicCode }]) => [
      code,
      {
        hidden: publicCode !== undefined,
        status:
          kind === 'configuration'
            ? 'boot'
            : kind === 'notice'
              ? 'log'
              : String(answerTo(new AuthError(code as AuthErrorCode, '')).status),
        fix,
      },
    ]),
  );
  expect(documented).toEqual(actual);
});

test('the options tables have every option, and no other', () => {
  const declared = (file: string, name: string): string[] => {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(root, file), 'utf8'),
      ts.ScriptTarget.ES2022,
    );
    const declaration = source.statements.find(
      (node) => ts.isInterfaceDeclaration(node) && node.name.text === name,
    ) as ts.InterfaceDeclaration;
    return declaration.members.map((member) => (member.name as ts.Identifier).text);
  };
  const table = (header: string): string[] => {
    const [, ...lines] = readme.slice(readme.indexOf(header)).split('\n\n')[0]?.split('\n') ?? [];
    return lines.flatMap((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? []);
  };
  const options = [
    ...declared('lib/options/options.ts', 'IssuerOptions').filter((name) => name !== 'profile'),
    ...declared('lib/options/options.ts', 'SharedOptions'),
    ...declared('lib/authgear.module.ts', 'AuthgearModuleExtras'),
    'issuers',
  ];
  expect(table('| option ').toSorted()).toEqual(options.toSorted());
  expect(table('| `keys.…`').toSorted()).toEqual(
    declared('lib/options/options.ts', 'KeysOptions').toSorted(),
  );
  expect(table('| `resolver.…`').toSorted()).toEqual(
    declared('lib/options/session-options.ts', 'ResolverOptions').toSorted(),
  );
  expect(table('| `revocation.…`').toSorted()).toEqual(
    declared('lib/options/session-options.ts', 'RevocationOptions').toSorted(),
  );
  expect(rows(/`issuer`/).length).toBeGreaterThan(0);
});

test('every TypeScript snippet compiles, on its own', () => {
  const snippets = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code], index) => ({
    name: join(root, `readme-snippet-${index}.ts`),
    code: code as string,
  }));
  expect(snippets.length).toBeGreaterThanOrEqual(5);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) =>
    readFileSync(file, 'utf8'),
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, files: [], include: [] },
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const find = (name: string) => snippets.find((snippet) => snippet.name === name);
  host.fileExists = (name) => find(name) !== undefined || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const snippet = find(name);
    return snippet === undefined
      ? getSourceFile(name, target, ...rest)
      : ts.createSourceFile(name, snippet.code, target);
  };
  const program = ts.createProgram(
    snippets.map(({ name }) => name),
    options,
    host,
  );
  const problems = snippets.flatMap(({ name }) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(name)),
  );
  expect(
    problems.map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    ),
  ).toEqual([]);
});
