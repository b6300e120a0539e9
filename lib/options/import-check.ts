import {
  Inject,
  Injectable,
  Optional,
  UseGuards,
  type CanActivate,
  type OnModuleInit,
} from '@nestjs/common';
import { AuthError } from '../core/errors.js';
import { GLOBAL_GUARD } from './tokens.js';

const reason =
  'the decorators of nestjs-authgear are used, and AuthgearModule is not imported: add ' +
  'AuthgearModule.forRoot({ issuer, audience }) to the imports of the root module';

/**
 * Refuses routes with decorators of this library if the application does not import the module, and
 * therefore has no guard. The decorators add this guard, and NestJS creates one instance per module
 * that uses them. If the module is imported, this guard allows every request, and `JwtAuthGuard`
 * decides.
 */
@Injectable()
export class ImportCheck implements CanActivate, OnModuleInit {
  constructor(
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean | undefined,
  ) {}

  /** Throws if the module is not imported, so that the application does not start. */
  onModuleInit(): void {
    this.canActivate();
  }

  canActivate(): boolean {
    if (this.globalGuard !== undefined) return true;
    throw new AuthError('configuration_invalid', reason);
  }
}

const checked = new WeakSet<object>();

/** Adds the check to a class, or to the function of a handler. */
export function requireImport(subject: object): void {
  if (checked.has(subject)) return;
  checked.add(subject);
  // Applied as a method decorator, because this form needs only the function.
  UseGuards(ImportCheck)(subject, '', { value: subject } as TypedPropertyDescriptor<never>);
}

/** Returns a parameter decorator that also adds the check to the handler. */
export function withImportCheck(decorator: ParameterDecorator): ParameterDecorator {
  return (target, key, index) => {
    if (key !== undefined) requireImport((target as Record<typeof key, object>)[key] as object);
    decorator(target, key, index);
  };
}
