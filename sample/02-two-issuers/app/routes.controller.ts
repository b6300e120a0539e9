import { Controller, Get } from '@nestjs/common';
import {
  AuthgearUser,
  CurrentOrganization,
  CurrentUser,
  Issuers,
  type Organization,
  OrganizationScopes,
  Scopes,
} from 'nestjs-authgear';
import { AUTHGEAR } from './names.js';

/** People and machines come in by the same door: every route tells who called, and who vouched for them. */
@Controller('api')
export class RoutesController {
  @Get('whoami')
  whoami(@CurrentUser() user: AuthgearUser) {
    return { caller: describe(user) };
  }

  /** Our own people sign in with Authgear. Whoever AuthPI vouches for is welcome elsewhere, and not here. */
  @Issuers(AUTHGEAR)
  @Get('people-only')
  peopleOnly(@CurrentUser() user: AuthgearUser) {
    return { caller: describe(user), lunch: 'Soup at noon.' };
  }

  @Scopes('run:backups')
  @Get('backups')
  backups(@CurrentUser() user: AuthgearUser) {
    return { caller: describe(user), last: 'Tonight, without a hitch.' };
  }

  /** What counts is the scope in this one organization: to be a bookkeeper elsewhere opens nothing here. */
  @OrganizationScopes('billing:read', { from: 'params.organization' })
  @Get('orgs/:organization/invoices')
  invoices(
    @CurrentUser() user: AuthgearUser,
    @CurrentOrganization() { title, scopes }: Organization,
  ) {
    return { caller: describe(user), organization: { title, scopes }, invoices: ['A-1', 'A-2'] };
  }
}

function describe({ sub, issuer, isMachine, scopes }: AuthgearUser) {
  return { sub, issuer, isMachine, scopes };
}
