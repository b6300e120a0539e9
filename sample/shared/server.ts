import { SettingsError } from './settings.js';

/** Loopback by name, so that the addresses that are listened on are those that browsers and `curl` will try. */
export const LOOPBACK = 'localhost';

/** Runs what listens on a port; a port that cannot be had becomes a message that names it and the variable to set. */
export async function onPort(
  port: number,
  variable: string,
  listen: () => Promise<unknown>,
): Promise<void> {
  try {
    await listen();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new SettingsError(`Port ${port} is taken. Set ${variable} to a free one.`);
    if (code === 'EACCES')
      throw new SettingsError(
        `Port ${port} is not allowed for you. Set ${variable} to one above 1023.`,
      );
    throw error;
  }
}
