import 'reflect-metadata';
import type { Type } from '@nestjs/common';

/**
 * The kind of a handler. `field` is a GraphQL field or reference, for which NestJS runs guards only
 * with `fieldResolverEnhancers: ['guards']`.
 */
export type HandlerKind = 'route' | 'message' | 'event' | 'resolver' | 'field';

/** The metadata keys of NestJS's decorators (`constants` of its packages). */
const PATH = 'path';
const METHOD = 'method';
const HANDLER_TYPE = 'microservices:handler_type';
const GATEWAY = 'websockets:is_gateway';
const SUBSCRIBED = 'websockets:message_mapping';
const RESOLVER_TYPE = 'graphql:resolver_type';
const RESOLVER_FIELD = ['graphql:resolve_property', 'graphql:resolve_reference'];
const GUARDS = '__guards__';

/** Returns the kind of a handler; `undefined` if the method is not a handler. */
export function handlerKind(target: Type, handler: object): HandlerKind | undefined {
  if (Reflect.hasMetadata(HANDLER_TYPE, handler)) return 'message';
  if (isGateway(target) && Reflect.hasMetadata(SUBSCRIBED, handler)) return 'event';
  if (RESOLVER_FIELD.some((key) => Reflect.hasMetadata(key, handler))) return 'field';
  if (Reflect.hasMetadata(RESOLVER_TYPE, handler)) return 'resolver';
  return Reflect.hasMetadata(METHOD, handler) && Reflect.hasMetadata(PATH, handler)
    ? 'route'
    : undefined;
}

/** Whether a class is a WebSocket gateway. */
export function isGateway(target: Type): boolean {
  return Reflect.getMetadata(GATEWAY, target) === true;
}

/** Returns the guards that `@UseGuards()` adds to a class or a handler. */
export function usedGuards(subject: object): readonly unknown[] {
  return (Reflect.getMetadata(GUARDS, subject) ?? []) as readonly unknown[];
}
