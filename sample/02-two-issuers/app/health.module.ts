import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthgearHealthIndicator } from 'nestjs-authgear/health';
import { HealthController } from './health.controller.js';

@Module({
  // The keys have their own line in the log when they go, and one when they are back: none for every look at them.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [AuthgearHealthIndicator],
})
export class HealthModule {}
