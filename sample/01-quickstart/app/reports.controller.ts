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

  /** Both must hold. Without the scope, the answer is about the scope: to sign in anew would not help. */
  @Scopes('write:reports')
  @MaxAuthAge('30s')
  @Delete(':id')
  remove(@Param('id') id: string, @CurrentUser('sub') sub: string) {
    return { deleted: id, by: sub, note: 'Not really: this is a sample.' };
  }
}
