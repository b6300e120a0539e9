/**
 * Runs a suite of tests, or a benchmark, with all that it needs: `node test/run.mjs browser`.
 * Further arguments go to Jest, or to the benchmark.
 *
 * - `install`: the folders whose dependencies are installed first
 * - `library`: whether the library is built first
 * - `samples`: the samples that are built first
 * - `config`: the configuration of Jest
 * - `program`: the benchmark
 */
import { versions } from './consumers/doors/versions.mjs';
import { node, npm } from './support/command.mjs';

const suites = {
  default: { config: 'test/jest.config.json' },
  nest11: {
    install: ['test/consumers/nest11'],
    config: 'test/consumers/nest11/jest.config.json',
  },
  doors: {
    install: versions.map((nest) => `test/consumers/doors/nest-${nest}`),
    config: 'test/consumers/doors/jest.config.mjs',
  },
  hostile: { library: true, config: 'test/hostile/jest.config.json' },
  package: { library: true, config: 'test/package/jest.config.json' },
  oracle: { config: 'test/oracle/jest.config.json' },
  browser: {
    library: true,
    samples: ['01-quickstart', '02-two-issuers', '03-sessions'],
    config: 'test/browser/jest.config.json',
  },
  redis: { library: true, samples: ['04-replicas'], config: 'test/redis/jest.config.json' },
  nginx: { library: true, samples: ['05-behind-nginx'], config: 'test/nginx/jest.config.json' },
  bench: { install: ['test/bench'], library: true, program: 'test/bench/speed.mjs' },
  'bench:keys': { install: ['test/bench'], library: true, program: 'test/bench/keys.mjs' },
  'bench:signature': { library: true, program: 'test/bench/signature-modes.mjs' },
};

const [name, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(suites, name ?? '')) {
  console.error(`Usage: node test/run.mjs <${Object.keys(suites).join(' | ')}>`);
  process.exit(2);
}

const { install = [], library = false, samples = [], config, program } = suites[name];
for (const folder of install) await npm('ci', '--prefix', folder);
if (library) await node('test/package/build.mjs');
for (const sample of samples)
  await node('node_modules/typescript/bin/tsc', '-p', `sample/${sample}`);

if (program !== undefined) await node(program, ...rest);
else await jest(config, ...rest);

function jest(file, ...args) {
  // Jest loads ES modules through an experimental API of Node.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return node(...flags, 'node_modules/jest/bin/jest.js', '-c', file, ...args);
}
