import 'reflect-metadata';

/** Where `@UseGuards()` writes down its guards (`@nestjs/common`, `constants`). */
const GUARDS = '__guards__';

/** What stands in `@UseGuards()` of a class or a handler. */
export function usedGuards(subject: object): readonly unknown[] {
  return (Reflect.getMetadata(GUARDS, subject) ?? []) as readonly unknown[];
}
