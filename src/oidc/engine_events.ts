import type { EventEmitter } from 'node:events';
import type Provider from 'oidc-provider';
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { EventType } from '../events/index.ts';
import { describeError } from '../kit/errors.ts';
import { alreadyUsedDetails } from './artifacts/adapter.ts';
import { currentUnit } from './artifacts/request_scope.ts';
import type { OidcDeps } from './deps.ts';
import type { ProtocolError } from './mistakes/precise.ts';
import { notePrecisely } from './mistakes/tell.ts';
import type { LogoutNotices } from './logout_notices.ts';
import { asContext, toldAsOutage } from './protocol_errors.ts';

type EngineEventsDeps = Pick<OidcDeps, 'web' | 'record' | 'logger' | 'development'> & {
  notices: Pick<LogoutNotices, 'tryAgain'>;
};

/** Refusals that mean that something was stolen or lost. */
const REUSED: Record<string, EventType> = {
  [alreadyUsedDetails.AuthorizationCode ?? '']: 'oidc.code_reused',
  [alreadyUsedDetails.RefreshToken ?? '']: 'oidc.refresh_token_reused',
};

/** What the library tells its listeners of a refusal, and under which name we keep it. */
const refusals: Record<string, EventType> = {
  'authorization.error': 'oidc.authorization_refused',
  'pushed_authorization_request.error': 'oidc.pushed_request_refused',
  'device_authorization.error': 'oidc.device_request_refused',
  'backchannel_authentication.error': 'oidc.request_refused',
  'code_verification.error': 'oidc.authorization_refused',
  'device_resume.error': 'oidc.authorization_refused',
  'introspection.error': 'oidc.introspection_refused',
  'revocation.error': 'oidc.revocation_refused',
  'registration_create.error': 'oidc.registration_refused',
  'registration_read.error': 'oidc.registration_refused',
  'registration_update.error': 'oidc.registration_refused',
  'registration_delete.error': 'oidc.registration_refused',
  'end_session.error': 'oidc.logout_refused',
  'end_session_confirm.error': 'oidc.logout_refused',
};

/** Where a visit ends well: back at the app, or for a device. */
const RETURNED: Record<string, EventType> = {
  resume: 'oidc.visit_returned',
  code_verification: 'oidc.device_connected',
  device_resume: 'oidc.device_connected',
};

/** What a program hears that asks for its answer before there is one (RFC 8628 3.5). */
const STILL_WAITING: ReadonlySet<string> = new Set(['authorization_pending', 'slow_down']);

/** Turns what the library tells its listeners into security events and log lines. Never a token, code or cookie. */
export function recordEngineEvents(provider: Provider, deps: EngineEventsDeps): void {
  const { record, logger } = deps;
  // The types of `on` know each name by itself; what these have in common they do not.
  const emitter: EventEmitter = provider;
  for (const [name, type] of Object.entries(refusals)) {
    emitter.on(name, (ctx: KoaContextWithOIDC, error: ProtocolError) => refused(deps, ctx, type, error));
  }
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error: ProtocolError) => {
    // A device asks until its person has answered: no news.
    if (STILL_WAITING.has(error.error)) return;
    refused(deps, ctx, REUSED[error.error_detail ?? ''] ?? 'oidc.token_refused', error);
  });
  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => {
    const type = RETURNED[ctx.oidc.route];
    if (type) currentUnit()?.events.push({ ...about(deps, ctx), type, outcome: 'ok' });
  });
  provider.on('device_authorization.success', (ctx: KoaContextWithOIDC) => {
    void record({ ...about(deps, ctx), type: 'oidc.device_asked', outcome: 'ok' });
  });
  provider.on('end_session.success', (ctx: KoaContextWithOIDC) => {
    void record({ ...about(deps, ctx), type: 'oidc.session_ended', outcome: 'ok' });
  });
  provider.on(
    'backchannel.error',
    (_ctx: KoaContextWithOIDC, _error: Error, client: Client, accountId: string, sid) => {
      void deps.notices.tryAgain(accountId, { clientId: client.clientId, sid });
    },
  );
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    if (!toldAsOutage(ctx, error))
      logger.error({ route: ctx.oidc.route, error: describeError(error) }, 'the protocol engine failed');
  });
}

/** Events never reject: nobody has to wait for them. */
function refused(deps: EngineEventsDeps, ctx: KoaContextWithOIDC, type: EventType, error: ProtocolError): void {
  const audience = { development: deps.development === true, reference: deps.web.referenceOf(asContext(ctx)) };
  const description = notePrecisely(ctx, error, audience) ?? error.error_detail ?? error.error_description;
  const detail = description === undefined ? undefined : { description };
  void deps.record({ ...about(deps, ctx), type, outcome: 'refused', reason: error.error, detail });
}

function about({ web }: EngineEventsDeps, ctx: KoaContextWithOIDC) {
  const { client, account } = ctx.oidc;
  const reference = web.referenceOf(asContext(ctx));
  return { reference, clientId: client?.clientId, accountId: account?.accountId };
}
