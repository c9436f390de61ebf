import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds } from '../../kit/clock.ts';
import { IdpError } from '../../kit/errors.ts';
import { unitOfRequest } from '../artifacts/request_scope.ts';
import { isStranger } from '../client_traits.ts';
import type { DeviceRefusal, OidcDeps } from '../deps.ts';
import { asContext, createRenderError } from '../protocol_errors.ts';
import { routes } from '../routes.ts';
import type { ProtocolFeature } from './feature.ts';

/** A device without a browser shows a code, and its person types it on a page of ours. */
export const deviceFlow: ProtocolFeature = {
  key: 'device_flow',
  specification: 'RFC 8628',
  on: ({ device_flow: on }) => on,
  configuration: (_protocol, deps) => ({ features: { deviceFlow: { enabled: true, ...deviceSources(deps) } } }),
  routes: ['device_authorization', 'code_verification'],
  paths: [`${routes.code_verification}/:uid`],
  grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'],
};

type Sources = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;

const PAGE = routes.code_verification;

/** The places where the library asks for a page, and what it keeps of a device. */
function deviceSources(deps: () => OidcDeps): Sources {
  return {
    // Twenty consonants, no two of which look alike: 34 bits, guessed at few times (see the limit `device_code_address`).
    charset: 'base-20',
    mask: '****-****',
    deviceInfo(ctx) {
      const { web } = deps();
      const reference = web.referenceOf(asContext(ctx));
      return { place: web.device(asContext(ctx)).place, asked_at: epochSeconds(), reference };
    },
    async userCodeInputSource(ctx, _form, out, error) {
      const { web, devicePages } = deps();
      const own = asContext(ctx);
      if (error?.name === 'AbortedError') return stop(web, ctx);
      const { done } = own.query;
      if (!error && (done === 'connected' || done === 'stopped')) return devicePages.done(own, done);
      const refusal = error && refusalOf(error);
      const lost = error && neverSaved(ctx);
      // Whatever else went wrong has an error page.
      if (out && error && !refusal) return createRenderError({ web })(ctx, out, error);
      if (lost) return web.redirect(own, `${PAGE}?${new URLSearchParams({ code: typedIn(ctx) }).toString()}`);
      if (refusal === 'wrong') noteRefusal(web, ctx);
      await devicePages.enter(own, { action: PAGE, xsrf: xsrfOf(ctx), code: typedIn(ctx), refusal });
    },
    async userCodeConfirmSource(ctx, _form, client, deviceInfo, userCode) {
      const { place, asked_at: askedAt } = deviceInfo;
      await deps().devicePages.confirm(asContext(ctx), {
        action: PAGE,
        xsrf: xsrfOf(ctx),
        code: userCode,
        app: client.clientName ?? client.clientId,
        // A stranger chooses neither a host that people read here, nor a picture.
        ...(!isStranger(client) && { appUri: client.clientUri, logo: client.logoUri }),
        place: typeof place === 'string' ? place : undefined,
        askedAt: new Date(Number(askedAt) * 1000),
      });
    },
    async successSource(ctx) {
      deps().web.redirect(asContext(ctx), `${PAGE}?done=connected`);
    },
  };
}

/**
 * A form that came without its session: a new page makes one. The library would keep the secret of a form in a session that was
 * never saved, and cannot.
 */
function neverSaved({ oidc: { session } }: KoaContextWithOIDC): boolean {
  if (session?.exp !== undefined) return false;
  if (session) Object.assign(session, { touched: false });
  return true;
}

/** More than any code has, dashes and spaces included. */
const LONGEST_CODE = 16;

/** What was typed, or came along in the link of the device (`verification_uri_complete`, RFC 8628 3.3.1). */
function typedIn(ctx: KoaContextWithOIDC): string {
  const code = ctx.oidc.params?.['user_code'] ?? asContext(ctx).query['code'];
  return typeof code === 'string' ? code.slice(0, LONGEST_CODE) : '';
}

/** The library's names for a code that does not work. Which of them it is, nobody is told. */
const REFUSALS: Record<string, DeviceRefusal> = {
  NoCodeError: 'missing',
  NotFoundError: 'wrong',
  ExpiredError: 'wrong',
  AlreadyUsedError: 'wrong',
};

/** The library has no class for a form that a newer page of the same browser has made useless. */
const STALE: ReadonlySet<unknown> = new Set(['xsrf token invalid', 'could not find device form details']);

/** Why the form is shown again; undefined for what is no matter of the form. */
function refusalOf(error: Error): DeviceRefusal | { retryAfter: number } | undefined {
  const { cause } = error;
  if (cause instanceof IdpError && cause.code === 'too_many_requests')
    return { retryAfter: cause.details.retryAfter ?? 1 };
  const isStale = 'error_description' in error && STALE.has(error.error_description);
  return isStale ? 'stale' : REFUSALS[error.name];
}

function noteRefusal(web: OidcDeps['web'], ctx: KoaContextWithOIDC): void {
  const reference = web.referenceOf(asContext(ctx));
  unitOfRequest().events.push({ type: 'oidc.device_code_refused', outcome: 'refused', reference });
}

/** The person said no, here or on a later page: the device hears `access_denied`. */
function stop(web: OidcDeps['web'], ctx: KoaContextWithOIDC): void {
  const { client, session, entities } = ctx.oidc;
  unitOfRequest().events.push({
    type: 'oidc.device_stopped',
    outcome: 'refused',
    reference: web.referenceOf(asContext(ctx)),
    clientId: client?.clientId ?? entities.DeviceCode?.clientId,
    accountId: session?.accountId,
  });
  web.redirect(asContext(ctx), `${PAGE}?done=stopped`);
}

/** Made by the library for this very answer. */
function xsrfOf({ oidc: { session } }: KoaContextWithOIDC): string {
  return String(session?.state?.['secret']);
}
