import { Controller, Get, Post } from '@nestjs/common';
import { AuthgearUser, CurrentUser, OptionalAuth, Public, Roles } from 'nestjs-authgear';

/** The routes do not know that there is a proxy: decorators and users are the same as with tokens. */
@Controller('api')
export class CafeController {
  @Get('me')
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  /** An unsafe method: a browser with a session cookie must come from a page of this very origin. */
  @Post('orders')
  order(@CurrentUser('sub') sub: string) {
    return { ordered: 'coffee', by: sub };
  }

  @Roles('store_manager')
  @Get('takings')
  takings(@CurrentUser('roles') roles: readonly string[]) {
    return { takings: 1234, shownTo: roles };
  }

  /** For everybody, and with a greeting for whoever is signed in. A bad session is refused all the same. */
  @OptionalAuth()
  @Get('menu')
  menu(@CurrentUser('sub') sub?: string) {
    return { for: sub ?? 'everybody', dishes: ['coffee', 'cake'] };
  }

  /** Nobody is asked who they are. */
  @Public()
  @Get('opening-hours')
  openingHours() {
    return { opens: '08:00', closes: '18:00' };
  }

  /** nginx does not even ask Authgear here. */
  @Public()
  @Get('health')
  health() {
    return { status: 'ok' };
  }
}
