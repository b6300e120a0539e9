import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Without `.js`, as in `tear-down.ts`: Jest loads these two by `require`, past its own resolution.
import { apps, setOutside } from './outside';
import { run } from './run';

/**
 * Packs what was built, once, and installs it in one application for each version of Nest: outside,
 * where nothing of this folder is found.
 */
export default async function setUp({ rootDir }: { readonly rootDir: string }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-authgear-'));
  setOutside(folder);
  try {
    await pack(rootDir, folder);
    const installs = await Promise.allSettled(
      apps.map((app) => install(join(rootDir, 'test', 'consumers'), join(folder, app), app)),
    );
    for (const result of installs) if (result.status === 'rejected') throw result.reason;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function pack(rootDir: string, folder: string): Promise<void> {
  await npm(rootDir, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const [packed] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  if (packed === undefined) throw new Error('npm pack made no tarball');
  await rename(join(folder, packed), join(folder, 'nestjs-authgear.tgz'));
}

async function install(consumers: string, target: string, app: string): Promise<void> {
  await cp(join(consumers, app), target, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  await cp(join(consumers, 'boot'), join(target, 'boot'), { recursive: true });
  for (const name of ['consumer', 'refused', 'optional']) {
    for (const extension of ['ts', 'mts'])
      await cp(
        join(consumers, 'types', `${name}.ts`),
        join(target, 'types', `${name}.${extension}`),
      );
  }
  await npm(
    target,
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    join('..', 'nestjs-authgear.tgz'),
  );
}

async function npm(folder: string, ...args: string[]): Promise<void> {
  const { code, output } = await run(folder, 'npm', args);
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output}`);
}
