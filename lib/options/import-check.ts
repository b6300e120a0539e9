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
 * Refuses what the decorators protect where the application never imported the module, and so has
 * no guard. The decorators bring it, and NestJS makes one per module that uses them. It lets
 * everything pass where the module is imported: that is for `JwtAuthGuard` to decide.
 */
@Injectable()
export class ImportCheck implements CanActivate, OnModuleInit {
  constructor(
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean | undefined,
  ) {}

  /** Stops the start. */
  onModuleInit(): void {
    this.canActivate();
  }

  canActivate(): boolean {
    if (this.globalGuard !== undefined) return true;
    throw new AuthError('configuration_invalid', reason);
  }
}

const checked = new WeakSet<object>();

/** Puts the check on a class, or on the function of a handler. */
export function requireImport(subject: object): void {
  if (checked.has(subject)) return;
  checked.add(subject);
  // As on a method, because this form needs nothing but the function.
  UseGuards(ImportCheck)(subject, '', { value: subject } as TypedPropertyDescriptor<never>);
}

/** A decorator of parameters that puts the check on their handler. */
export function withImportCheck(decorator: ParameterDecorator): ParameterDecorator {
  return (target, key, index) => {
    if (key !== undefined) requireImport((target as Record<typeof key, object>)[key] as object);
    decorator(target, key, index);
  };
}
