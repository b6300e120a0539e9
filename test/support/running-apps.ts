/** How to close what a test started. Imports nothing: every test file loads it. */
export const running = new Set<() => Promise<void>>();

/** A test that failed half-way must not keep the process alive. */
export async function closeTestApps(): Promise<void> {
  await Promise.all([...running].map((close) => close()));
}
