import { createServer } from 'node:http';
import { createDemo, mountMailbox } from '../../src/demo/index.ts';
import { createLogger } from '../../src/kit/logger.ts';
import type { TakenMail } from '../../src/mail/index.ts';
import { brandSettings, createWeb, type Web } from '../../src/web/index.ts';
import { freePort, stopServer, testProvider, type TestProvider } from '../client/test_issuer.ts';

/** The demo app on the real web room, with the test issuer behind the same origin as in the product. */
export interface DemoWorld extends TestProvider {
  url: string;
  /** The demo's requests go to a port where nobody listens, or to the issuer again. */
  cutOff(cut: boolean): void;
  /** What the mailbox holds. */
  mails: TakenMail[];
  stop(): Promise<void>;
}

const SECRET = 'a demo secret for the tests';

export async function demoWorld(): Promise<DemoWorld> {
  const port = await freePort();
  const deadPort = await freePort();
  const url = `http://localhost:${port}`;
  const web = openWeb(url);
  const network = { cut: false };
  const mails: TakenMail[] = [];
  const demo = createDemo({
    web,
    issuer: url,
    client: { id: 'gatehouse-demo', secret: SECRET },
    api: { id: `${url}/demo/api` },
    loopback: {
      fetch: (input, init) => {
        const target = new URL(input instanceof Request ? input.url : input);
        if (network.cut) target.port = String(deadPort);
        return fetch(target, init);
      },
    },
    logger: createLogger('silent'),
  });
  const clients = demo.clients.map(({ name, type: _type, ...client }) => ({ ...client, client_name: name }));
  const issuer = await testProvider({ url, clients, resource: demo.resources[0]?.id });
  demo.mount();
  mountMailbox({ web, mail: { mailbox: () => mails } });
  mountProvider(web, issuer);
  const server = createServer((request, response) => void web.app.callback()(request, response));
  await new Promise<void>((resolve) => server.listen(port, resolve));
  return {
    ...issuer,
    url,
    mails,
    cutOff: (cut) => void (network.cut = cut),
    stop: () => stopServer(server),
  };
}

function openWeb(issuer: string): Web {
  return createWeb({
    issuer,
    mode: 'development',
    brand: brandSettings.parse({ name: 'Acme' }),
    http: { trusted_hops: 0 },
    cookieKeys: () => ['a cookie key for the tests'],
    formKey: Buffer.alloc(32, 7),
    record: async () => {},
    logger: createLogger('silent'),
    probes: [],
  });
}

function mountProvider(web: Web, { provider }: TestProvider): void {
  const answer = provider.callback();
  web.use(async (ctx, next) => {
    if (!/^\/(oidc|\.well-known|test-interaction)\//.test(ctx.path)) {
      await next();
      return;
    }
    ctx.respond = false;
    await answer(ctx.req, ctx.res);
  });
}
