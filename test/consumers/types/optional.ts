import { Module } from '@nestjs/common';
import { TerminusModule, type HealthIndicatorResult } from '@nestjs/terminus';
import { AuthgearHealthIndicator, type IssuerHealth } from 'nestjs-authgear/health';

@Module({ imports: [TerminusModule], providers: [AuthgearHealthIndicator] })
export class HealthModule {
  constructor(private readonly authgear: AuthgearHealthIndicator) {}

  check(): Promise<HealthIndicatorResult> {
    return this.authgear.isHealthy('authgear');
  }
}

export const ageOf = ({ age }: IssuerHealth): number | undefined => age;
