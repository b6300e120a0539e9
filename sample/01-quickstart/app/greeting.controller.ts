import { Controller, Get } from '@nestjs/common';
import { type AuthgearUser, CurrentUser, OptionalAuth, Public } from 'nestjs-authgear';

@Controller('api')
export class GreetingController {
  @Public()
  @Get('public')
  forEverybody() {
    return { message: 'Anybody may read this.' };
  }

  @OptionalAuth()
  @Get('optional')
  forYou(@CurrentUser() user?: AuthgearUser) {
    return { message: user === undefined ? 'Hello, stranger.' : `Hello, ${user.sub}.` };
  }
}
