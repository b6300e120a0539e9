// A whole application, its issuer, two requests and the end. Plain JavaScript: decorators are called by hand.
module.exports = async function boot({ common, core, authgear, testing, nest }) {
  const issuer = await testing.TestIssuer.listen();

  class HelloController {
    hello(sub) {
      return { sub };
    }
  }
  authgear.CurrentUser('sub')(HelloController.prototype, 'hello', 0);
  common.Get()(
    HelloController.prototype,
    'hello',
    Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'),
  );
  common.Controller('hello')(HelloController);

  class AppModule {}
  common.Module({
    imports: [authgear.AuthgearModule.forRoot(issuer.moduleOptions)],
    controllers: [HelloController],
  })(AppModule);

  const app = await core.NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/hello`;
  const good = await fetch(url, {
    headers: { authorization: `Bearer ${issuer.accessToken({ sub: 'user-1' })}` },
  });
  const none = await fetch(url);
  const answers = [good.status, await good.json(), none.status, (await none.json()).code];
  await app.close();
  await issuer.close();

  const closed = process.uptime();
  process.on('exit', () =>
    console.log(JSON.stringify({ nest, answers, lingered: process.uptime() - closed })),
  );
};
