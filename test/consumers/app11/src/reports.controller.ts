import { Controller, Get } from '@nestjs/common';
import { AuthgearUser, CurrentUser, Public, Scopes } from 'nestjs-authgear';

@Controller('reports')
export class ReportsController {
  @Get()
  @Scopes('read:reports')
  list(@CurrentUser() user?: AuthgearUser): { sub: string | null } {
    return { sub: user?.sub ?? null };
  }

  @Get('health')
  @Public()
  health(): string {
    return 'ok';
  }
}
