import {
  AuthgearModule,
  CurrentUser,
  JwksService,
  JwtAuthGuard,
  MaxAuthAge,
  Scopes,
} from 'nestjs-authgear';
import { TestIssuer } from 'nestjs-authgear/testing';

// What must not compile. Where one of these does, the directive over it is the error.

const issuer = 'https://my-app.authgear.cloud';

// @ts-expect-error an audience is required
AuthgearModule.forRoot({ issuer });

// @ts-expect-error in the asynchronous way too
AuthgearModule.forRootAsync({ useFactory: () => ({ issuer }) });

// @ts-expect-error a secret that is shared is no signature
AuthgearModule.forRoot({ issuer, audience: issuer, algorithms: ['HS256'] });

// @ts-expect-error no signature is no signature
AuthgearModule.forRoot({ issuer, audience: issuer, algorithms: ['none'] });

// @ts-expect-error an option that does not exist
AuthgearModule.forRoot({ issuer, audience: issuer, ignoreExpiration: true });

// @ts-expect-error a field that the user does not have
CurrentUser('subb');

// @ts-expect-error a requirement of nothing
Scopes();

// @ts-expect-error alternatives of nothing
Scopes({ anyOf: [] });

// @ts-expect-error a duration without a unit
MaxAuthAge('5');

// @ts-expect-error a kind of wrong token that does not exist
new TestIssuer().wrongToken('nonsense');

export class ForgetfulGuard extends JwtAuthGuard {
  // @ts-expect-error a guard that does not wait for the decision
  override canActivate(): boolean {
    return true;
  }
}

// Not `any`, which would allow everything above in a declaration that was not found.
// @ts-expect-error a service is no number
export const number: number = {} as JwksService;
