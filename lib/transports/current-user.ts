import {
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { AuthgearUser } from '../core/user.js';
import { withImportCheck } from '../options/import-check.js';
import type { HttpRequest } from './transport.js';
import { transportOf } from './transports.js';

/** The users of calls, where they are not those of a request. */
const users = new WeakMap<object, AuthgearUser>();

/**
 * Sets the user of a call. It also stands at `request.user`, where NestJS applications look for one.
 */
export function injectUser(
  context: ExecutionContext,
  request: HttpRequest,
  user: AuthgearUser,
): void {
  request.user = user;
  const call = transportOf(context).callOf(context);
  if (call !== request) users.set(call, user);
}

const createCurrentUser = createParamDecorator(
  (field: keyof AuthgearUser | undefined, context: ExecutionContext) => {
    const user = findUser(context);
    return field === undefined ? user : user?.[field];
  },
);

function findUser(context: ExecutionContext): AuthgearUser | undefined {
  const call = transportOf(context).callOf(context);
  const user = users.get(call) ?? (call as HttpRequest).user;
  // The library did not verify anything else that stands at `request.user`.
  return user instanceof AuthgearUser ? user : undefined;
}

/**
 * Injects the verified user, or one of its fields: `@CurrentUser() user: AuthgearUser`,
 * `@CurrentUser('sub') sub: string`. It is `undefined` without a user: on a `@Public()` route, or
 * for an anonymous request to an `@OptionalAuth()` route. Pipes follow the field:
 * `@CurrentUser('sub', ParseUUIDPipe)`.
 */
export function CurrentUser(
  field?: keyof AuthgearUser,
  ...pipes: (Type<PipeTransform> | PipeTransform)[]
): ParameterDecorator {
  return withImportCheck(createCurrentUser(field, ...pipes));
}
