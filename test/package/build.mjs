/** Builds the library into `dist`: the program of `npm run build`. */
import { build } from 'esbuild';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { node, root } from '../support/command.mjs';

/** The file that imports `jose`, below `lib` and `dist`. */
const jose = 'core/crypto/jose';

await node('node_modules/@nestjs/cli/bin/nest.js', 'build');
// Once more without comments: editors read them in the declarations, and the package is smaller.
const withoutComments = ['--removeComments', '--declaration', 'false'];
await node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...withoutComments);

await removeUnreachable(['index', 'testing/index', 'health/index']);

// The CommonJS test runners of NestJS 11 cannot load `jose`, an ES module: the build includes it.
await build({
  absWorkingDir: root,
  entryPoints: [`lib/${jose}.ts`],
  outfile: `dist/${jose}.js`,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});
await copyFile(join(root, 'node_modules/jose/LICENSE.md'), join(root, `dist/${jose}.LICENSE.md`));

/** Removes the declarations that no entry leads to: the types of users do not need them. */
async function removeUnreachable(entries) {
  const dist = join(root, 'dist');
  const reachable = new Set();
  const pending = entries.map((entry) => join(dist, `${entry}.d.ts`));
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (reachable.has(file)) continue;
    reachable.add(file);
    const text = await readFile(file, 'utf8');
    for (const [, path] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g))
      pending.push(join(dirname(file), `${path}.d.ts`));
  }
  const files = await readdir(dist, { recursive: true });
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  const unreachable = declarations.map((file) => join(dist, file));
  await Promise.all(unreachable.filter((file) => !reachable.has(file)).map((file) => rm(file)));
}
