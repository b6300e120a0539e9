import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { requirementOf, type Handlers } from '../routes/route-metadata.js';
import { hasRequirements } from '../core/policy/requirement.js';
import { usedGuards } from './used-guards.js';

/** Where NestJS writes down the method of a route (`@nestjs/common`, `constants`). */
const HTTP_METHOD = 'method';

/**
 * Finds routes whose requirements nobody would ask for, where no guard is global: they would be
 * open to everybody.
 */
export function findUnguardedRoutes(target: Type, handlers: Handlers): string[] {
  if (usedGuards(target).length > 0) return [];
  return Object.entries(handlers)
    .filter(
      ([, handler]) =>
        Reflect.hasMetadata(HTTP_METHOD, handler) &&
        hasRequirements(requirementOf(target, handler)) &&
        usedGuards(handler).length === 0,
    )
    .map(
      ([name]) =>
        `${target.name}.${name}() has a requirement and no guard that asks for it: add ` +
        '@UseGuards(JwtAuthGuard)',
    );
}
