import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { JwtAuthGuard } from '../jwt-auth.guard.js';
import { isPublic, type Handlers } from '../authorize/route-metadata.js';

/** Where NestJS writes down gateways, their handlers and guards (`@nestjs/websockets` and `@nestjs/common`, `constants`). */
const GATEWAY = 'websockets:is_gateway';
const MESSAGE_HANDLER = 'websockets:message_mapping';
const GUARDS = '__guards__';

/**
 * NestJS 11 does not ask global guards about WebSocket gateways: their handlers would be open without a word. So each handler must say what it
 * wants, by `@UseGuards(JwtAuthGuard)` or by `@Public()`; whoever moves from NestJS 12 to 11 must not open a door.
 */
export function findOpenGateways(target: Type, handlers: Handlers): string[] {
  if (Reflect.getMetadata(GATEWAY, target) !== true) return [];
  return Object.entries(handlers).flatMap(([name, handler]) => {
    const isOpen = Reflect.hasMetadata(MESSAGE_HANDLER, handler) && !isPublic(target, handler) && !isGuarded(target) && !isGuarded(handler);
    return isOpen
      ? [`${target.name}.${name}() is outside the global guard on NestJS 11: add @UseGuards(JwtAuthGuard), or @Public() if it is open`]
      : [];
  });
}

function isGuarded(subject: object): boolean {
  const guards = (Reflect.getMetadata(GUARDS, subject) ?? []) as unknown[];
  return guards.some((guard) => guard === JwtAuthGuard || guard instanceof JwtAuthGuard);
}
