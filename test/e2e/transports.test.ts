import type { AddressInfo, Server } from 'node:net';
import {
  Controller,
  Get,
  Module,
  UseGuards,
  type INestMicroservice,
  type Type,
} from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  ClientProxyFactory,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { AuthgearModule } from '../../lib/authgear.module.js';
import { Public } from '../../lib/routes/decorators/access.js';
import { JwtAuthGuard } from '../../lib/jwt-auth.guard.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { MemoryLogger } from '../support/app.js';

const calls: string[] = [];

@Controller()
class HandlersController {
  @UseGuards(JwtAuthGuard) @MessagePattern('guarded') guarded() {
    calls.push('rpc guarded');
    return 'in';
  }
  @Public() @MessagePattern('public') open() {
    return 'in';
  }
  @Get('http') http() {
    return {};
  }
}

@UseGuards(JwtAuthGuard)
@WebSocketGateway()
class EventsGateway {
  @SubscribeMessage('guarded') guarded() {
    calls.push('ws guarded');
    return { event: 'answer', data: 'guarded' };
  }
  @Public() @SubscribeMessage('public') open() {
    return { event: 'answer', data: 'public' };
  }
}

const issuer = new TestIssuer();
const logger = new MemoryLogger();

const protection = AuthgearModule.forRoot({ ...issuer.moduleOptions, jwks: issuer.jwks(), logger });

@Module({ imports: [protection], controllers: [HandlersController] })
class MessagesModule {}

@Module({ imports: [protection], providers: [EventsGateway] })
class EventsModule {}

@WebSocketGateway()
class OpenGateway {
  @SubscribeMessage('events') events() {
    return {};
  }
}

class OwnGuard extends JwtAuthGuard {}

@UseGuards(OwnGuard)
@WebSocketGateway()
class OwnGatewayGuard extends OpenGateway {}

@Public()
@WebSocketGateway()
class PublicGateway extends OpenGateway {}

@Controller()
class OpenController {
  @MessagePattern('open') open() {
    calls.push('rpc open');
    return 'in';
  }
}

@Public()
@Controller()
class PublicController extends OpenController {}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
});

beforeEach(() => {
  calls.length = 0;
  logger.lines.length = 0;
});

const tcp: MicroserviceOptions = {
  transport: Transport.TCP,
  options: { host: '127.0.0.1', port: 0 },
};

/** A microservice alone. */
async function startMicroservice(module: Type): Promise<INestMicroservice> {
  const compiled = await Test.createTestingModule({ imports: [module] }).compile();
  const app = compiled.createNestMicroservice<MicroserviceOptions>(tcp);
  closers.push(() => app.close());
  app.useLogger(false);
  await app.listen();
  return app;
}

/**
 * A microservice that is connected to an HTTP application, whose global guards it does not have.
 */
async function startHybrid(module: Type): Promise<INestMicroservice> {
  const app = (
    await Test.createTestingModule({ imports: [module] }).compile()
  ).createNestApplication();
  closers.push(() => app.close());
  app.useLogger(false);
  const microservice = app.connectMicroservice<MicroserviceOptions>(tcp);
  await app.startAllMicroservices();
  return microservice;
}

test.each([
  ['alone', startMicroservice],
  ['in a hybrid application', startHybrid],
])('RPC %s: refused with a log line, open if declared', async (_, start) => {
  const app = await start(MessagesModule);
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
  closers.push(() => client.close());
  await expect(firstValueFrom(client.send('guarded', {}))).rejects.toMatchObject({
    status: 'error',
  });
  expect(await firstValueFrom(client.send('public', {}))).toBe('in');
  expect(calls).toEqual([]);
  expect(logger.lines.join('\n')).toMatch(/Refused transport_not_supported .*"rpc"/);
});

test('WebSocket: refused with a log line, open if declared', async () => {
  const app = (
    await Test.createTestingModule({ imports: [EventsModule] }).compile()
  ).createNestApplication();
  closers.push(() => app.close());
  app.useLogger(false);
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  const socket = new WebSocket((await app.getUrl()).replace('http', 'ws'));
  closers.push(() => socket.terminate());
  const answers: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      socket.send(JSON.stringify({ event: 'guarded', data: 1 }));
      socket.send(JSON.stringify({ event: 'public', data: 1 }));
    });
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as { data: unknown };
      answers.push(answer.data);
      if (answer.data === 'public') resolve();
    });
  });
  expect(answers).not.toContain('guarded');
  expect(calls).toEqual([]);
  expect(logger.lines.join('\n')).toMatch(/Refused transport_not_supported .*"ws"/);
});

test.each(['graphql', 'something-new'])('%s: refused with a clear message', async (transport) => {
  const compiled = await Test.createTestingModule({ imports: [MessagesModule] }).compile();
  // An operation without a request, as over WebSockets.
  const context = new ExecutionContextHost(
    [{}, {}, { req: { connectionParams: {} } }, {}],
    HandlersController,
    HandlersController.prototype.http,
  );
  context.setType(transport);
  const refusal = {
    graphql: {
      message: 'This operation is not available.',
      extensions: { code: 'FORBIDDEN', reason: 'transport_not_supported' },
    },
    'something-new': {
      status: 403,
      response: {
        code: 'transport_not_supported',
        message: 'This operation is not available.',
      },
    },
  }[transport];
  await expect(compiled.get(JwtAuthGuard).canActivate(context)).rejects.toMatchObject(
    refusal ?? {},
  );
});

test('a gateway without a guard does not start, unless it says so', async () => {
  const start = async (gateway: Type) => {
    const app = (
      await Test.createTestingModule({ imports: [protection], providers: [gateway] }).compile()
    ).createNestApplication();
    closers.push(() => app.close());
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.init();
  };
  await expect(start(OpenGateway)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(
      /OpenGateway\.events\(\) receives messages, .*@Public\(\) and a guard/,
    ),
  });
  await start(PublicGateway);
  await start(OwnGatewayGuard);
  await start(EventsGateway);
});

test.each(['alone', 'in a hybrid application'])(
  'a message handler without a guard does not start %s, unless it says so',
  async (place) => {
    const start = async (controller: Type) => {
      @Module({ imports: [protection], controllers: [controller] })
      class AppModule {}
      await (place === 'alone' ? startMicroservice : startHybrid)(AppModule);
    };
    await expect(start(OpenController)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(
        /OpenController\.open\(\) receives messages, .*@Public\(\) and a guard/,
      ),
    });
    await start(PublicController);
  },
);
