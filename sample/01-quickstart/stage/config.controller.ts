import { Controller, Get, Inject } from '@nestjs/common';
import { Public } from 'nestjs-authgear';
import type { Settings } from './settings.js';

export const SETTINGS = Symbol('settings');

/** The settings that the page needs to sign in. None is a secret: the page is a public client. */
@Controller('config')
export class ConfigController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  @Public()
  @Get()
  config() {
    const { issuer, clientId, scopes } = this.settings;
    return { issuer, clientId, scopes };
  }
}
