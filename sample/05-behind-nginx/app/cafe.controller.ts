import { Controller, Get, Post } from '@nestjs/common';
import { AuthgearUser, CurrentUser, OptionalAuth, Public, Roles } from 'nestjs-authgear';

/** Decorators and users are the same as with tokens: the routes do not depend on the proxy. */
@Controller('api')
export class CafeController {
  @Get('me')
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  /** An unsafe method. With a session cookie, the request must come from the same origin. */
  @Post('orders')
  order(@CurrentUser('sub') sub: string) {
    return { ordered: 'coffee', by: sub };
  }

  @Roles('store_manager')
  @Get('takings')
  takings(@CurrentUser('roles') roles: readonly string[]) {
    return { takings: 1234, shownTo: roles };
  }

  /** Open to everyone, and personal for a signed-in user. An invalid session gets 401. */
  @OptionalAuth()
  @Get('menu')
  menu(@CurrentUser('sub') sub?: string) {
    return { for: sub ?? 'everybody', dishes: ['coffee', 'cake'] };
  }

  /** Open to everyone. */
  @Public()
  @Get('opening-hours')
  openingHours() {
    return { opens: '08:00', closes: '18:00' };
  }

  /** Open to everyone. nginx does not call Authgear for this route. */
  @Public()
  @Get('health')
  health() {
    return { status: 'ok' };
  }
}
