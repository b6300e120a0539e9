/**
 * Builds the library and a sample, and starts the sample: `node sample/run.mjs quickstart`.
 * Samples are named by their folder, with or without its number.
 */
import { readdirSync } from 'node:fs';
import { node } from '../test/support/command.mjs';

const samples = readdirSync(import.meta.dirname).filter((folder) => /^\d\d-/.test(folder));
const [name] = process.argv.slice(2);
const sample = samples.find((folder) => folder === name || folder.slice(3) === name);
if (sample === undefined) {
  console.error(`Usage: node sample/run.mjs <${samples.join(' | ')}>`);
  process.exit(2);
}

await node('test/package/build.mjs');
await node('node_modules/typescript/bin/tsc', '-p', `sample/${sample}`);
await node(`sample/dist/${sample}/stage/main.js`);
