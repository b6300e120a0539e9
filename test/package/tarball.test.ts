import { readFileSync, statSync } from 'node:fs';
import { installed, installedFiles, tarball } from './support/outside.js';

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly scripts?: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as Manifest;
const expected = [
  /^dist\/.+(\.d\.ts|(?<!\.spec|\.test)\.js)$/,
  /^dist\/core\/crypto\/jose\.LICENSE\.md$/,
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
];

test('the tarball is small', () => {
  expect(statSync(tarball()).size).toBeLessThan(150_000);
});

test('what was built, the papers, and nothing else', () => {
  const files = installedFiles();
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/testing/index.js',
    ]),
  );
  expect(files.filter((file) => !expected.some((name) => name.test(file)))).toEqual([]);
});

test('jose, which is in a file of ours, has its licence beside it', () => {
  expect(readFileSync(installed('dist/core/crypto/jose.LICENSE.md'), 'utf8')).toMatch(
    /The MIT License[\s\S]*Filip Skokan/,
  );
});

test('few dependencies', () => {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  expect(names.filter((name) => name !== 'lru-cache')).toEqual([]);
});

test('nothing runs when it is installed', () => {
  expect(
    Object.keys(manifest.scripts ?? {}).filter((name) => /^(pre|post)?install$/.test(name)),
  ).toEqual([]);
});
