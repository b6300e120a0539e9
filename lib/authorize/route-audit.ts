import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import { findContradictions } from './route-metadata.js';

type Handler = (...args: never[]) => unknown;

/** Looks at every decorated class once, at bootstrap: a route that contradicts itself must not wait for its first request. */
@Injectable()
export class RouteAudit implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const classes = new Set(wrappers.map(({ metatype }) => metatype).filter(isClass));
    const problems = [...classes].flatMap((target) => findContradictions(target, this.handlersOf(target)));
    if (problems.length === 0) return;
    throw new AuthError('configuration_invalid', `Routes contradict themselves:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }

  private handlersOf(target: Type): Record<string, Handler> {
    const prototype = target.prototype as Record<string, Handler>;
    return Object.fromEntries(this.scanner.getAllMethodNames(prototype).map((name) => [name, prototype[name] as Handler]));
  }
}

function isClass(metatype: unknown): metatype is Type {
  return typeof metatype === 'function' && typeof metatype.prototype === 'object' && metatype.prototype !== null;
}
