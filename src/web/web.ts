import { Router } from '@koa/router';
import Koa from 'koa';
import { describeError } from '../kit/errors.ts';
import { createBrowserBinding } from './browser_binding.ts';
import { canonicalRequest } from './canonical_request.ts';
import { createCookieSigner } from './cookie_signer.ts';
import { createCookies } from './cookies.ts';
import { createCsrf } from './csrf.ts';
import type { WebDeps, WebLook } from './deps.ts';
import type { Web } from './door.ts';
import { createDevices } from './devices.ts';
import { createErrors } from './errors.ts';
import { createReadForm } from './forms.ts';
import { headersOfEverything, securityHeaders } from './headers.ts';
import { createReadiness } from './health.ts';
import { createLanguage } from './language.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { notFound } from './not_found.ts';
import { operations } from './operations.ts';
import { documentsFirst } from './public_document.ts';
import { isOwnPicture } from './own_picture.ts';
import { redirect } from './redirect.ts';
import { createRenderer } from './render.ts';
import { note, stateOf } from './request_state.ts';
import { requestLog } from './request_log.ts';
import { securityTxt } from './security_txt.ts';
import type { BrandSettings } from './settings.ts';
import { createStaticFiles } from './static_files.ts';
import { folderOf } from './view_files.ts';

const FORM = 64 * 1024;
const PROTOCOL_FORM = 8 * 1024;

/** Builds the plumbing. Throws when a picture, the stylesheet or the script cannot be read. */
export function createWeb(deps: WebDeps): Web {
  const router = new Router();
  const engines: Koa.Middleware[] = [];
  const metrics = createMetrics(deps.numbersOfAll);
  let leaving = false;
  const parts = createParts(deps, router);
  const { cookies, binding, csrf, language, renderer, errors, devices } = parts;
  const rawForm = createReadForm(PROTOCOL_FORM);
  const readForm = createReadForm(FORM);
  addSecurityTxt(router, { issuer: deps.issuer, brand: () => parts.look().brand });

  const app = assemble(deps, { ...parts, metrics, router, engines, stopping: () => leaving });
  return {
    app,
    listener(find) {
      const answer = app.callback();
      const documents = { issuer: deps.issuer, headers: headersOfEverything(deps.issuer), metrics };
      // Koa answers its own errors: nobody has to wait for it.
      return documentsFirst(documents, find, (request, response) => void answer(request, response));
    },
    router,
    use: (middleware) => void engines.push(middleware),
    page: renderer.page,
    redirect,
    get brand() {
      return parts.look().brand;
    },
    ownPicture: (uri) => (uri !== undefined && isOwnPicture(deps.issuer, uri) ? uri : undefined),
    rawForm,
    async form(ctx) {
      csrf.checkSender(ctx);
      const { _csrf: token, ...fields } = await readForm(ctx);
      csrf.checkToken(ctx, token);
      return fields;
    },
    cookies,
    browser: { read: binding.read, ensure: binding.ensure },
    locale: language.locale,
    t: language.t,
    chooseLanguage: language.choose,
    clientAddress: (ctx) => stateOf(ctx).clientAddress,
    clientCertificate: (ctx) => stateOf(ctx).certificate,
    device: devices.of,
    note,
    referenceOf: errors.referenceOf,
    fail: errors.fail,
    metrics,
    leave: () => void (leaving = true),
    prepare: parts.prepare,
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(deps: WebDeps, router: Router) {
  const { issuer } = deps;
  let look: WebLook = deps;
  const cookies = createCookies(issuer);
  const binding = createBrowserBinding(cookies);
  const csrf = createCsrf({ issuer, formKey: deps.formKey, binding });
  const language = createLanguage({ issuer, cookies });
  const files = createStaticFiles({ assetsDir: deps.assetsDir ?? folderOf('assets'), brand: look.brand });
  const renderer = createRenderer({
    viewsDir: deps.viewsDir ?? folderOf('views'),
    development: deps.mode === 'development',
    brand: () => look.brand,
    assets: files.urls,
    csrf,
    language,
    router,
  });
  const errors = createErrors({
    ...deps,
    development: deps.mode === 'development',
    support: () => look.brand.support,
    language,
    renderer,
    router,
  });
  const devices = deps.devices ?? createDevices();
  const prepare: Web['prepare'] = (next) => {
    const commitFiles = files.prepare(next.brand);
    return () => {
      commitFiles();
      look = next;
    };
  };
  return { cookies, binding, csrf, language, files, renderer, errors, devices, look: () => look, prepare };
}

interface Assembled extends Parts {
  metrics: Metrics;
  router: Router;
  engines: Koa.Middleware[];
  stopping: () => boolean;
}

/** The order is the contract: nothing behind canonicalRequest ever sees what the client called us. */
function assemble(deps: WebDeps, parts: Assembled): Koa {
  const { issuer, logger, http, certificateHeaders } = deps;
  const { metrics, engines, stopping } = parts;
  const app = createApp(deps);
  app.use(requestLog({ logger, metrics }));
  app.use(securityHeaders(issuer));
  const metricsElsewhere = http.metrics_port !== undefined;
  const { doctorKey } = deps;
  app.use(operations({ ready: createReadiness({ ...deps, stopping }), metrics, metricsElsewhere, doctorKey }));
  app.use(canonicalRequest({ issuer, trustedHops: () => parts.look().http.trusted_hops, certificateHeaders, logger }));
  app.use(parts.devices.middleware);
  app.use(parts.renderer.middleware);
  app.use(parts.errors.middleware);
  app.use(parts.language.chooser);
  app.use(parts.files.middleware);
  // What is most asked for comes first: the router looks at every page we have.
  app.use((ctx, next) => inTurn(engines, ctx, next));
  app.use(parts.router.routes());
  app.use(notFound);
  return app;
}

function createApp(deps: WebDeps): Koa {
  // `proxy` makes Koa believe forwarding headers; canonicalRequest removes the client's and sets ours, on every request.
  const app = new Koa({ env: deps.mode, proxy: true });
  app.keys = createCookieSigner(deps.cookieKeys);
  // What reaches Koa itself: connections that break under an answer.
  app.on('error', (error: unknown) => deps.logger.warn({ error: describeError(error) }, 'answer broken off'));
  return app;
}

/** Runs middlewares that were added after the application was built. */
function inTurn(engines: Koa.Middleware[], ctx: Koa.Context, next: Koa.Next, index = 0): Promise<unknown> {
  const engine = engines[index];
  return engine ? Promise.resolve(engine(ctx, () => inTurn(engines, ctx, next, index + 1))) : next();
}

function addSecurityTxt(router: Router, { issuer, brand }: { issuer: string; brand: () => BrandSettings }): void {
  router.get('/.well-known/security.txt', async (ctx, next) => {
    const text = securityTxt({ issuer, brand: brand() });
    if (text === undefined) {
      await next();
      return;
    }
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = text;
  });
}
