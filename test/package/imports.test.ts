import { builtinModules } from 'node:module';
import { readFileSync } from 'node:fs';
import { importsFromElsewhere, type Import } from './support/imports.js';
import { installed } from './support/outside.js';

/**
 * Types that every user of the library has: no type of anything else, `jose` above all, in a public
 * signature.
 */
const allowedInDeclarations = /^(@nestjs\/common|@nestjs\/core|rxjs|reflect-metadata|node:.+)$/;

/** What a wing may name beside: the optional peer it is made for. */
const allowedInWings = new Map([['dist/health/', '@nestjs/terminus']]);
const isAllowedInWing = ({ file, module }: Import): boolean =>
  [...allowedInWings].some(([wing, peer]) => file.startsWith(wing) && module === peer);

/** Without `node:`, as bundled code may write them. */
const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

test('declarations import from the allow-list only', () => {
  const imports = importsFromElsewhere('.d.ts');
  expect(imports.length).toBeGreaterThan(0);
  expect(
    imports.filter((found) => !allowedInDeclarations.test(found.module) && !isAllowedInWing(found)),
  ).toEqual([]);
});

test('code imports only what the package declares, and optional peers only in their wings', () => {
  const {
    dependencies,
    peerDependencies,
    peerDependenciesMeta = {},
  } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as Manifest;
  const declared = new Set(
    Object.keys({ ...dependencies, ...peerDependencies }).filter(
      (name) => !peerDependenciesMeta[name]?.optional,
    ),
  );
  const imports = importsFromElsewhere('.js');
  expect(imports.length).toBeGreaterThan(0);
  expect(
    imports.filter(
      (found) =>
        !builtin.has(found.module) && !declared.has(found.module) && !isAllowedInWing(found),
    ),
  ).toEqual([]);
});
