/** Injection token of the flag that makes the guard global. */
export const GLOBAL_GUARD = Symbol('nestjs-authgear:global-guard');

/** Injection token of the checked options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-authgear:resolved-options');

/** Injection token of the guard's class, for providers that cannot import it. */
export const GUARD_CLASS = Symbol('nestjs-authgear:guard-class');
