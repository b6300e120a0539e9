// Who stands before the route.
import { OURS } from '../library.mjs';

export const NO_GUARD = 'no guard';
export const HEADER_ONLY = 'header-only guard';
export const JOSE = 'hand-written jose guard';
export const PASSPORT = 'passport-jwt + jwks-rsa';
export const MIDDLEWARE = 'express-oauth2-jwt-bearer';

/** Those that verify tokens. */
export const verifying = {
  express: [OURS, JOSE, PASSPORT, MIDDLEWARE],
  fastify: [OURS, JOSE, PASSPORT],
};

export const everybody = {
  express: [NO_GUARD, HEADER_ONLY, ...verifying.express],
  fastify: [NO_GUARD, HEADER_ONLY, ...verifying.fastify],
};

export const frameworks = Object.keys(everybody);
