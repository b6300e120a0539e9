import { AuthError } from 'nestjs-authgear';
import { SettingsError } from './settings.js';

/** One line for what the person at the terminal can mend; everything else is a bug, and needs its stack. */
export function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof AuthError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
