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

/** Users and machines call the same routes. Each route returns the caller and the issuer. */
@Controller('api')
export class RoutesController {
  @Get('whoami')
  whoami(@CurrentUser() user: AuthgearUser) {
    return { caller: describe(user) };
  }

  /** For users of Authgear only. A valid token of AuthPI gets 403. */
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

  /** The caller needs the scope in this organization. The scope in another one does not count. */
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
