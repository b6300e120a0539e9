// A protected NestJS application in a process of its own, so that a test can limit its memory and
// see it end. Its settings come as JSON in the first argument.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../package.json', import.meta.url));
require('reflect-metadata');
const { Controller, Get, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { AuthgearModule, JwksService, MaxStaleness, Public } = require('nestjs-authgear');

const adapters = {
  express: () => new (require('@nestjs/platform-express').ExpressAdapter)(),
  fastify: () => new (require('@nestjs/platform-fastify').FastifyAdapter)(),
};

/** Decorators are called by hand, because this is no TypeScript. */
class ReportsController {
  list() {
    return { reports: ['first', 'second'] };
  }
  open() {
    return { reports: [] };
  }
  confirmed() {
    return { reports: ['confirmed'] };
  }
}
const { prototype } = ReportsController;
const decorate = (name, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  for (const decorator of decorators) decorator(prototype, name, descriptor);
};
decorate('list', Get());
decorate('open', Get('open'), Public());
decorate('confirmed', Get('confirmed'), MaxStaleness('10s'));
Controller('reports')(ReportsController);

const { platform, options } = JSON.parse(process.argv[2]);
let lines = 0;
let longest = 0;
const write = (line) => {
  lines += 1;
  longest = Math.max(longest, String(line).length);
};
const logger = { log: write, warn: write, error: write };

class AppModule {}
Module({
  imports: [AuthgearModule.forRoot({ ...options, logger })],
  controllers: [ReportsController],
})(AppModule);
const app = await NestFactory.create(AppModule, adapters[platform](), { logger: false });
await app.listen(0, '127.0.0.1');

let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50).unref();
function report() {
  const megabytes = Math.max(peak, process.memoryUsage.rss()) / 2 ** 20;
  const { user, system } = process.cpuUsage();
  return { megabytes, lines, longest, cpu: user + system };
}

const refresh = () =>
  app
    .get(JwksService)
    .refresh()
    .then(
      () => ({ code: 'refreshed' }),
      ({ code }) => ({ code }),
    );

process.on('message', (message) => {
  if (message === 'refresh') void refresh().then((answer) => process.send(answer));
  else process.send(report());
});
process.send({ url: await app.getUrl() });
