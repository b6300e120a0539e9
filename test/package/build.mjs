/** Builds the library into `dist`: the program of `npm run build`. */
import { build } from 'esbuild';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node, root } from '../support/command.mjs';

/** The file that imports `jose`, below `lib` and `dist`. */
const jose = 'core/crypto/jose';

await node('node_modules/@nestjs/cli/bin/nest.js', 'build');
// Once more without comments: editors read them in the declarations, and the package is smaller.
const withoutComments = ['--removeComments', '--declaration', 'false'];
await node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...withoutComments);

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
