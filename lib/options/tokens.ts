/** Injection token of the checked options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-authgear:resolved-options');
