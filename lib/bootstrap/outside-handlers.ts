import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { isPublic, type Handlers } from '../routes/route-metadata.js';
import { JwtAuthGuard } from '../jwt-auth.guard.js';
import { usedGuards } from './used-guards.js';

/**
 * Where NestJS writes down gateways and handlers (`constants` of `@nestjs/websockets` and
 * `@nestjs/microservices`).
 */
const GATEWAY = 'websockets:is_gateway';
const MESSAGE_HANDLER = 'websockets:message_mapping';
const PATTERN_HANDLER = 'microservices:handler_type';

/**
 * Finds handlers that NestJS does not ask global guards about, so that they would be open without a
 * word: those of WebSocket gateways on NestJS 11, and those of microservices that are connected to
 * an HTTP application without `inheritAppConfig`. Neither can be seen here, and whoever moves to it
 * must not open a door: each such handler must say what it wants, by `@UseGuards(JwtAuthGuard)` or
 * by `@Public()`.
 */
export function findOutsideHandlers(target: Type, handlers: Handlers): string[] {
  return Object.entries(handlers).flatMap(([name, handler]) => {
    const where = whereOutside(target, handler);
    if (where === undefined || isPublic(target, handler) || isGuarded(target) || isGuarded(handler))
      return [];
    return [
      `${target.name}.${name}() is outside the global guard ${where}: add ` +
        '@UseGuards(JwtAuthGuard), or @Public() if it is open or has a guard of its own',
    ];
  });
}

function whereOutside(target: Type, handler: object): string | undefined {
  if (Reflect.hasMetadata(PATTERN_HANDLER, handler))
    return 'in an application that calls connectMicroservice() without "inheritAppConfig"';
  return Reflect.getMetadata(GATEWAY, target) === true &&
    Reflect.hasMetadata(MESSAGE_HANDLER, handler)
    ? 'on NestJS 11'
    : undefined;
}

function isGuarded(subject: object): boolean {
  return usedGuards(subject).some(
    (guard) => guard === JwtAuthGuard || guard instanceof JwtAuthGuard || isExtended(guard),
  );
}

function isExtended(guard: unknown): boolean {
  return typeof guard === 'function' && guard.prototype instanceof JwtAuthGuard;
}
