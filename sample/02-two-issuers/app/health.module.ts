import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthgearHealthIndicator } from 'nestjs-authgear/health';
import { HealthController } from './health.controller.js';

@Module({
  // The module logs when keys become unavailable and when they are back. Each check logs nothing.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [AuthgearHealthIndicator],
})
export class HealthModule {}
