// The guards, each as a function from a world to what the application gets: `guard`, `imports` or
// `middleware`.
import { moduleOptions, OURS, require } from '../library.mjs';
import { HEADER_ONLY, JOSE, MIDDLEWARE, NO_GUARD, PASSPORT } from './names.mjs';

const { HttpException, UnauthorizedException } = require('@nestjs/common');

export const guards = {
  [NO_GUARD]: async () => ({}),

  [HEADER_ONLY]: async () => ({
    guard: class {
      canActivate(context) {
        if (bearerToken(context.switchToHttp().getRequest()) === undefined)
          throw new UnauthorizedException();
        return true;
      }
    },
  }),

  [OURS]: async (world) => {
    const { AuthgearModule } = require('nestjs-authgear');
    return { imports: [AuthgearModule.forRoot(moduleOptions(world))] };
  },

  /** What NestJS's documentation shows for a guard, with jose in place of `@nestjs/jwt`. */
  [JOSE]: async ({ issuer, jwksUri, algorithm }) => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    const keys = createRemoteJWKSet(new URL(jwksUri));
    const checks = { issuer, audience: issuer, typ: 'at+jwt', algorithms: [algorithm] };
    return {
      guard: class {
        async canActivate(context) {
          const request = context.switchToHttp().getRequest();
          const token = bearerToken(request);
          if (token === undefined) throw new UnauthorizedException();
          try {
            request.user = (await jwtVerify(token, keys, checks)).payload;
          } catch {
            throw new UnauthorizedException();
          }
          return true;
        }
      },
    };
  },

  /**
   * The strategy as the README of jwks-rsa has it, asked as `AuthGuard('jwt')` of
   * `@nestjs/passport` asks it.
   */
  [PASSPORT]: async ({ issuer, jwksUri, algorithm }) => {
    const { default: passport } = await import('passport');
    const { default: passportJwt } = await import('passport-jwt');
    const { passportJwtSecret } = await import('jwks-rsa');
    const strategy = {
      jwtFromRequest: passportJwt.ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: passportJwtSecret({
        jwksUri,
        cache: true,
        rateLimit: true,
        jwksRequestsPerMinute: 10,
      }),
      issuer,
      audience: issuer,
      algorithms: [algorithm],
    };
    passport.use(new passportJwt.Strategy(strategy, (payload, done) => done(null, payload)));
    return {
      guard: class {
        canActivate(context) {
          const http = context.switchToHttp();
          const request = http.getRequest();
          return new Promise((resolve, reject) => {
            const decide = (error, user) => {
              if (error || !user) return reject(error ?? new UnauthorizedException());
              request.user = user;
              resolve(true);
            };
            passport.authenticate('jwt', { session: false }, decide)(
              request,
              http.getResponse(),
              reject,
            );
          });
        }
      },
    };
  },

  /** NestJS does not know its errors, and would answer 500. */
  [MIDDLEWARE]: async ({ issuer, jwksUri, algorithm }) => {
    const { auth } = await import('express-oauth2-jwt-bearer');
    const verify = auth({ issuer, jwksUri, audience: issuer, tokenSigningAlg: algorithm });
    const translate = (error) => error && new HttpException(error.message, error.status);
    return {
      middleware: (request, response, next) =>
        verify(request, response, (error) => next(translate(error))),
    };
  },
};

function bearerToken({ headers: { authorization } }) {
  return authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined;
}
