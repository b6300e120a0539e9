// What the entry points named on the command line export at run time: by require, by import, and whether the two are the same things.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
// What Node adds to the namespace of a CommonJS module.
const added = ['default', 'module.exports', '__esModule'];

async function describe(entry) {
  const [required, namespace] = [require(entry), await import(entry)];
  const imported = Object.keys(namespace).filter((name) => !added.includes(name));
  return {
    required: Object.keys(required).toSorted(),
    imported: imported.toSorted(),
    same: imported.every((name) => namespace[name] === required[name]),
  };
}

const entries = process.argv.slice(2);
console.log(
  JSON.stringify(
    Object.fromEntries(
      await Promise.all(entries.map(async (entry) => [entry, await describe(entry)])),
    ),
  ),
);
