import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';

/** The part of NestJS's provider record that is read. */
export interface ProviderRecord {
  readonly token: unknown;
  readonly metatype: unknown;
  /** The dependencies of the provider's factory. */
  readonly inject?: readonly unknown[] | null | undefined;
  isDependencyTreeStatic(): boolean;
}

/** The metadata keys for the dependencies of a class (`@nestjs/common`, `constants`). */
const PARAMETER_TYPES = 'design:paramtypes';
const NAMED_PARAMETERS = 'self:paramtypes';
const PROPERTIES = 'self:properties_metadata';

/** Whether a guard is this class, a class that extends it, or an instance of one. */
export function isGuardOf(guardClass: Type, guard: unknown): boolean {
  return guard instanceof guardClass || isClassOf(guardClass, guard);
}

function isClassOf(guardClass: Type, guard: unknown): boolean {
  return (
    typeof guard === 'function' && (guard === guardClass || guard.prototype instanceof guardClass)
  );
}

/**
 * Finds guards that are not static, one line per guard. NestJS creates such a provider per request,
 * and never calls it if it is a global guard.
 */
export function findScopedGuards(providers: readonly ProviderRecord[], guardClass: Type): string[] {
  return providers
    .filter(
      ({ token, metatype }) =>
        token === guardClass || (isGlobal(token) && isClassOf(guardClass, metatype)),
    )
    .filter((provider) => !provider.isDependencyTreeStatic())
    .map((provider) => {
      const { name } = provider.metatype as Type;
      const because = findScoped(provider, providers).join(' → ');
      return (
        `${name} is request-scoped (${because}), so that NestJS does not ask it: inject nothing ` +
        'request-scoped into the options of AuthgearModule, its strategies and its guard'
      );
    });
}

/** Whether a token belongs to a global guard. NestJS creates a separate token for each. */
function isGlobal(token: unknown): boolean {
  return typeof token === 'string' && token.startsWith(APP_GUARD);
}

/** Returns the path from a provider to the provider that makes it request-scoped. */
function findScoped(
  provider: ProviderRecord,
  providers: readonly ProviderRecord[],
  passed: ReadonlySet<unknown> = new Set(),
): string[] {
  const seen = new Set([...passed, provider.token]);
  for (const token of dependenciesOf(provider)) {
    const scoped = providers.find(
      (other) => other.token === token && !seen.has(token) && !other.isDependencyTreeStatic(),
    );
    if (scoped !== undefined) return [nameOf(provider), ...findScoped(scoped, providers, seen)];
  }
  return [nameOf(provider)];
}

function dependenciesOf({ inject, metatype }: ProviderRecord): unknown[] {
  if (inject !== undefined && inject !== null) return inject.map(tokenOf);
  if (typeof metatype !== 'function') return [];
  const read = (key: string) => (Reflect.getMetadata(key, metatype) ?? []) as readonly unknown[];
  const named = [...read(NAMED_PARAMETERS), ...read(PROPERTIES)] as {
    param?: unknown;
    type?: unknown;
  }[];
  return [...read(PARAMETER_TYPES), ...named.map(({ param, type }) => param ?? type)].map(tokenOf);
}

/** Unwraps a token: `{ token, optional }`, or a forward reference. */
function tokenOf(dependency: unknown): unknown {
  if (typeof dependency !== 'object' || dependency === null) return dependency;
  const { token, forwardRef } = dependency as { token?: unknown; forwardRef?: () => unknown };
  return forwardRef === undefined ? token : forwardRef();
}

function nameOf({ token, metatype, inject }: ProviderRecord): string {
  const isMadeByFactory = inject !== undefined && inject !== null;
  if (typeof metatype === 'function' && !isMadeByFactory) return metatype.name;
  return typeof token === 'symbol' ? (token.description ?? 'a symbol') : String(token);
}
