import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, Get } from '@nestjs/common';
import { Authorize } from '../../lib/routes/decorators/permissions.js';
import { platforms, startTestApp } from '../support/app.js';

const requests = new AsyncLocalStorage<string>();
const seenByPolicy = new Map<string, string | undefined>();

@Controller()
class RoutesController {
  @Authorize((user) => seenByPolicy.set(user.sub, requests.getStore()) !== undefined, 'never')
  @Get('context')
  context() {
    return { context: requests.getStore() };
  }
}

interface WithHeaders {
  readonly headers: Record<string, unknown>;
}
interface Hooked {
  addHook(
    name: 'onRequest',
    hook: (request: WithHeaders, reply: unknown, next: () => void) => void,
  ): void;
}

/**
 * Requests of one turn are decided together; what one of them carries along (a trace, a tenant)
 * must not become another's.
 */
test.each(platforms)(
  'on %s each request keeps its own asynchronous context, through the policies to the handler',
  async (platform) => {
    const t = await startTestApp({
      platform,
      controllers: [RoutesController],
      prepare: (app) => {
        const enter = ({ headers }: WithHeaders, next: () => void) =>
          requests.run(String(headers['x-request']), next);
        if (platform === 'express')
          app.use((request: WithHeaders, _: unknown, next: () => void) => enter(request, next));
        else
          (app.getHttpAdapter().getInstance() as Hooked).addHook('onRequest', (request, _, next) =>
            enter(request, next),
          );
      },
    });
    const names = Array.from({ length: 30 }, (_, index) => `user-${index}`);
    const tokens = names.map((sub) => t.issuer.accessToken({ sub }));
    for (const sight of ['first', 'second']) {
      const answers = await Promise.all(
        names.map(async (name, index) =>
          (await t.get('/context', tokens[index], { 'x-request': name })).json(),
        ),
      );
      expect({ sight, answers }).toEqual({ sight, answers: names.map((context) => ({ context })) });
      expect(new Map(names.map((name) => [name, name]))).toEqual(seenByPolicy);
      seenByPolicy.clear();
    }
    await t.close();
  },
);
