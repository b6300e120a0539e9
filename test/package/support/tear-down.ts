import { rm } from 'node:fs/promises';
import { outside } from './outside';

export default async function tearDown(): Promise<void> {
  await rm(outside(), { recursive: true, force: true });
}
