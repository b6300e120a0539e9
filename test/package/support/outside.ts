import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Where the tarball lies, and the applications it is installed in: `set-up.ts` says it. */
const FOLDER = 'NESTJS_AUTHGEAR_OUTSIDE';

/** NestJS 11 with TypeScript 5 and Jest as `nest new` gives them; NestJS 12 with TypeScript 6. */
export const apps = ['app11', 'app12'] as const;
export type App = (typeof apps)[number];
export const nestOf: Record<App, string> = { app11: '11', app12: '12' };

export function setOutside(folder: string): void {
  process.env[FOLDER] = folder;
}

export function outside(...path: string[]): string {
  const folder = process.env[FOLDER];
  if (folder === undefined)
    throw new Error('The package was not packed: run this suite by `npm run test:package`');
  return join(folder, ...path);
}

export const tarball = (): string => outside('nestjs-authgear.tgz');
export const installed = (...path: string[]): string =>
  outside('app12', 'node_modules', 'nestjs-authgear', ...path);

/** What is in the package, with forward slashes. */
export function installedFiles(): string[] {
  const entries = readdirSync(installed(), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relativeName(join(parentPath, name)));
}

const relativeName = (path: string): string =>
  path
    .slice(installed().length + 1)
    .split(sep)
    .join('/');
