/** Injection token of whether the guard is global. */
export const GLOBAL_GUARD = Symbol('nestjs-authgear:global-guard');

/** Injection token of the checked options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-authgear:resolved-options');
