import { Controller, Delete, Get, Param } from '@nestjs/common';
import { CurrentUser, MaxAuthAge, Scopes } from 'nestjs-authgear';

@Controller('api/reports')
export class ReportsController {
  @Scopes('read:reports')
  @Get()
  list() {
    return [
      { id: '1', title: 'Takings in January' },
      { id: '2', title: 'Takings in February' },
    ];
  }

  /** A request needs both. The scope is checked first: a new sign-in does not add a scope. */
  @Scopes('write:reports')
  @MaxAuthAge('30s')
  @Delete(':id')
  remove(@Param('id') id: string, @CurrentUser('sub') sub: string) {
    return { deleted: id, by: sub, note: 'Not really: this is a sample.' };
  }
}
