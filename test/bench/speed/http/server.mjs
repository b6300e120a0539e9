// A NestJS application with one route and one contender before it, in a process of its own.
import { require } from '../library.mjs';
import { parameters, serve } from '../processes.mjs';
import { guards } from './guards.mjs';

require('reflect-metadata');
const { Controller, Get, Module } = require('@nestjs/common');
const { APP_GUARD, NestFactory } = require('@nestjs/core');

const adapters = {
  express: () => new (require('@nestjs/platform-express').ExpressAdapter)(),
  fastify: () => new (require('@nestjs/platform-fastify').FastifyAdapter)(),
};

/** The decorators are called by hand: this is no TypeScript. */
function createModule({ imports = [], guard }) {
  class ReportsController {
    list() {
      return { reports: ['first', 'second'] };
    }
  }
  const { prototype } = ReportsController;
  Get()(prototype, 'list', Object.getOwnPropertyDescriptor(prototype, 'list'));
  Controller('reports')(ReportsController);
  class AppModule {}
  const providers = guard === undefined ? [] : [{ provide: APP_GUARD, useClass: guard }];
  Module({ imports, providers, controllers: [ReportsController] })(AppModule);
  return AppModule;
}

const { framework, name, world } = parameters();
const contender = await guards[name](world);
const app = await NestFactory.create(createModule(contender), adapters[framework](), {
  logger: false,
});
if (contender.middleware !== undefined) app.use(contender.middleware);
await app.listen(0, '127.0.0.1');

/** Microseconds of CPU that this process has used, its threads included. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

serve({ cpu });
process.send({ url: `http://127.0.0.1:${app.getHttpServer().address().port}/reports` });
