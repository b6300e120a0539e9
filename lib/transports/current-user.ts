import {
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { AuthgearUser } from '../core/user.js';
import { withImportCheck } from '../options/import-check.js';
import { findExchange, type HttpRequest } from './http.js';

/** Sets the verified user as `request.user`, where NestJS applications expect it. */
export function injectUser(request: HttpRequest, user: AuthgearUser): void {
  request.user = user;
}

const createCurrentUser = createParamDecorator(
  (field: keyof AuthgearUser | undefined, context: ExecutionContext) => {
    const user = findExchange(context)?.request.user;
    // Another guard or middleware may have set a different `request.user`.
    if (!(user instanceof AuthgearUser)) return undefined;
    return field === undefined ? user : user[field];
  },
);

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
