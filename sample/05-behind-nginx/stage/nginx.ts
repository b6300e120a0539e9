import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onPort } from '../../shared/server.js';
import { SettingsError } from '../../shared/settings.js';

const INSTALL = 'On Debian: apt-get install nginx-light libnginx-mod-http-headers-more-filter';
const HEADERS_MORE = 'ngx_http_headers_more_filter_module.so';
/** The milliseconds that nginx may take until it listens. */
const PATIENCE = 10_000;

export interface NginxOptions {
  /** The path of the configuration with placeholders. */
  readonly template: string;
  readonly port: number;
  /** `127.0.0.1:3001` */
  readonly application: string;
  readonly issuer: string;
  readonly secret: string;
}

/** The real nginx. It writes to a temporary folder only, so that it does not need root. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Resolves when nginx ends, for whatever reason. */
    readonly ended: Promise<unknown>,
  ) {}

  /** Starts nginx and waits until it listens. */
  static async start(options: NginxOptions): Promise<Nginx> {
    const modules = await findModules();
    await checkFree(options.port);
    const folder = await mkdtemp(join(tmpdir(), 'behind-nginx-'));
    // Root starts nginx workers as `nobody`, who needs access to the folders for large bodies.
    await chmod(folder, 0o711);
    const log = join(folder, 'error.log');
    await writeFile(join(folder, 'nginx.conf'), mainConfiguration(modules, folder), {
      mode: 0o600,
    });
    // This file contains the secret.
    await writeFile(
      join(folder, 'site.conf'),
      render(await readFile(options.template, 'utf8'), options),
      { mode: 0o600 },
    );
    const child = run(
      ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', log, '-g', 'daemon off;'],
      'ignore',
    );
    const nginx = new Nginx(child, folder, once(child, 'exit'));
    process.once('exit', nginx.kill);
    try {
      await nginx.untilItListens(options.port);
    } catch (error) {
      const told = await readFile(log, 'utf8').catch(() => '');
      await nginx.stop();
      throw new Error(`${String(error)}\n${told}`, { cause: error });
    }
    return nginx;
  }

  /** Stops nginx and removes its folder. */
  async stop(): Promise<void> {
    process.off('exit', this.kill);
    this.kill();
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  private readonly kill = (): void => {
    this.child.kill('SIGTERM');
  };

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async untilItListens(port: number): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!(await accepts(port))) {
      if (this.hasEnded) throw new Error(`nginx ended with ${this.child.exitCode}`);
      if (Date.now() > deadline) throw new Error(`nginx does not listen on port ${port}`);
      await pause(10);
    }
  }
}

/** The main configuration. Like /etc/nginx/nginx.conf, it includes the site in its http block. */
function mainConfiguration(modules: string, folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    `load_module "${join(modules, HEADERS_MORE)}";`,
    `pid "${join(folder, 'nginx.pid')}";`,
    `error_log "${join(folder, 'error.log')}" warn;`,
    'events {}',
    'http {',
    '  access_log off;',
    ...kinds.map((kind) => `  ${kind}_temp_path "${join(folder, kind)}";`),
    `  include "${join(folder, 'site.conf')}";`,
    '}',
    '',
  ].join('\n');
}

/** Replaces placeholders like `envsubst`: known names only, because nginx has its own variables. */
function render(template: string, { port, application, issuer, secret }: NginxOptions): string {
  const values: Readonly<Record<string, string>> = {
    LISTEN: `127.0.0.1:${port}`,
    APPLICATION: application,
    ISSUER: issuer,
    PROXY_SECRET: secret,
  };
  return template.replace(
    /\$\{(\w+)\}/g,
    (placeholder, name: string) => values[name] ?? placeholder,
  );
}

/** Reads the folder of the modules from `nginx -V`. */
async function findModules(): Promise<string> {
  const child = run(['-V'], 'pipe');
  let told = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (told += chunk));
  try {
    await once(child, 'close');
  } catch {
    const { NGINX_PATH } = process.env;
    throw new SettingsError(
      `There is no nginx ${NGINX_PATH ? `at ${NGINX_PATH}` : 'on the PATH'}. ${INSTALL}`,
    );
  }
  const modules = /--modules-path=(\S+)/.exec(told)?.[1] ?? '';
  if (!existsSync(join(modules, HEADERS_MORE)))
    throw new SettingsError(`nginx lacks the module "headers-more". ${INSTALL}`);
  return modules;
}

/** Debian installs nginx in a folder that only the PATH of root has. `NGINX_PATH` overrides it. */
function run(args: readonly string[], stderr: 'pipe' | 'ignore'): ChildProcess {
  const { NGINX_PATH, PATH = '' } = process.env;
  return spawn(NGINX_PATH || 'nginx', args, {
    env: { PATH: `${PATH}:/usr/local/sbin:/usr/sbin` },
    stdio: ['ignore', 'ignore', stderr],
  });
}

/** Fails at once if the port is taken. nginx would retry for seconds. */
async function checkFree(port: number): Promise<void> {
  const server = createServer();
  await onPort(
    port,
    'PORT',
    () =>
      new Promise<void>((resolve, reject) =>
        server.once('error', reject).listen(port, '127.0.0.1', resolve),
      ),
  );
  await new Promise((resolve) => server.close(resolve));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
