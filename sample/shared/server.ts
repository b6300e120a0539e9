import type { NestApplicationOptions } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { join } from 'node:path';
import { SettingsError } from './settings.js';

/** Samples listen on loopback only. The name covers the addresses that browsers and `curl` try. */
export const LOOPBACK = 'localhost';

/** Options of an application that a stage starts. */
export const applicationOptions = {
  logger: ['fatal', 'error', 'warn'],
  // An error during startup is thrown to the stage, which prints one line. It is not logged too.
  abortOnError: false,
  bufferLogs: true,
  autoFlushLogs: false,
  // Browsers keep connections open. An open connection must not keep the process alive.
  forceCloseConnections: true,
} satisfies NestApplicationOptions;

/** The path of a file below `sample/`. Compiled code runs from `sample/dist/shared/`. */
export function sampleFile(path: string): string {
  return join(__dirname, '../..', path);
}

/** Serves the page of a sample, and the files that all pages share. */
export function servePage(app: NestExpressApplication, sample: string): void {
  // Express serves files before the NestJS router, so the guard does not see these requests.
  app.useStaticAssets(sampleFile(`${sample}/stage/public`));
  app.useStaticAssets(sampleFile('shared/public'), { prefix: '/shared/' });
}

/** Calls `listen`. If the port is not available, the error names the variable to change. */
export async function onPort(
  port: number,
  variable: string,
  listen: () => Promise<unknown>,
): Promise<void> {
  try {
    await listen();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new SettingsError(`Port ${port} is taken. Set ${variable} to a free one.`);
    }
    if (code === 'EACCES') {
      throw new SettingsError(
        `Port ${port} needs more rights than this user has. Set ${variable} to one above 1023.`,
      );
    }
    throw error;
  }
}
