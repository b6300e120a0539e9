import {
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { AuthgearUser } from '../core/user.js';
import { withImportCheck } from '../options/import-check.js';
import { findExchange, type HttpRequest } from './http.js';

/** Puts the verified user where NestJS applications look for one: `request.user`. */
export function injectUser(request: HttpRequest, user: AuthgearUser): void {
  request.user = user;
}

const createCurrentUser = createParamDecorator(
  (field: keyof AuthgearUser | undefined, context: ExecutionContext) => {
    const user = findExchange(context)?.request.user;
    // Whatever else may stand at request.user was not verified by us.
    if (!(user instanceof AuthgearUser)) return undefined;
    return field === undefined ? user : user[field];
  },
);

/**
 * Injects the verified user, or one field of it: `@CurrentUser() user: AuthgearUser`,
 * `@CurrentUser('sub') sub: string`. Without a user (a `@Public()` route, or an anonymous request
 * under `@OptionalAuth()`) it is `undefined`. Pipes come after the field:
 * `@CurrentUser('sub', ParseUUIDPipe)`.
 */
export function CurrentUser(
  field?: keyof AuthgearUser,
  ...pipes: (Type<PipeTransform> | PipeTransform)[]
): ParameterDecorator {
  return withImportCheck(createCurrentUser(field, ...pipes));
}
