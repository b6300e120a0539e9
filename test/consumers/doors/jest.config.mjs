import { fileURLToPath } from 'node:url';
import { versions } from './versions.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const project = (version) => {
  const modules = `<rootDir>/test/consumers/doors/nest-${version}/node_modules`;
  return {
    displayName: `NestJS ${version}`,
    rootDir: root,
    preset: './test/jest.preset.json',
    roots: ['<rootDir>/lib', '<rootDir>/test/e2e', '<rootDir>/test/support'],
    testMatch: ['<rootDir>/test/e2e/doors.test.ts'],
    moduleNameMapper: {
      '^(@nestjs/.+|reflect-metadata|rxjs|rxjs/.+)$': `${modules}/$1`,
    },
    setupFiles: ['<rootDir>/test/support/rsa-keys.ts', `${modules}/reflect-metadata`],
    setupFilesAfterEnv: ['<rootDir>/test/support/close-apps.ts'],
  };
};

/** The tests of what must not start, on the versions of NestJS that differ in what they ask. */
export default { projects: versions.map(project), testTimeout: 300_000, maxWorkers: '100%' };
