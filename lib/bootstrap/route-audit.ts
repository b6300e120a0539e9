import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import { GLOBAL_GUARD } from '../options/tokens.js';
import { findOpenGateways } from './gateways.js';
import { findContradictions, type Handlers } from '../authorize/route-metadata.js';

/** Looks at every decorated class once, at bootstrap: a route that contradicts itself must not wait for its first request. */
@Injectable()
export class RouteAudit implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean,
  ) {}

  onModuleInit(): void {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const classes = new Set(wrappers.map(({ metatype }) => metatype).filter(isClass));
    const problems = [...classes].flatMap((target) => this.findProblems(target, this.handlersOf(target)));
    if (problems.length === 0) return;
    throw new AuthError('configuration_invalid', `Routes contradict themselves:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }

  private findProblems(target: Type, handlers: Handlers): string[] {
    return [...findContradictions(target, handlers), ...(this.globalGuard ? findOpenGateways(target, handlers) : [])];
  }

  private handlersOf(target: Type): Handlers {
    const prototype = target.prototype as Handlers;
    return Object.fromEntries(
      this.scanner.getAllMethodNames(prototype).flatMap((name) => (prototype[name] === undefined ? [] : [[name, prototype[name]]])),
    );
  }
}

function isClass(metatype: unknown): metatype is Type {
  return typeof metatype === 'function' && typeof metatype.prototype === 'object' && metatype.prototype !== null;
}
