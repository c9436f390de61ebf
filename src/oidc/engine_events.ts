import type Provider from 'oidc-provider';
import type { Client, KoaContextWithOIDC, errors } from 'oidc-provider';
import type { RecordEvent } from '../events/index.ts';
import type { Logger } from '../kit/logger.ts';
import { describeError } from '../web/index.ts';
import { alreadyUsedDetails } from './artifacts/adapter.ts';
import type { OidcDeps } from './needs.ts';
import { asContext } from './protocol_errors.ts';

export interface EngineEventsDeps {
  web: Pick<OidcDeps['web'], 'referenceOf'>;
  record: RecordEvent;
  logger: Logger;
}

type ProtocolError = Pick<errors.OIDCProviderError, 'error' | 'error_description' | 'error_detail'>;

/** Events whose second redemption means that something was stolen or lost. */
const REUSED: Record<string, string> = {
  [alreadyUsedDetails.AuthorizationCode ?? '']: 'code.reused',
  [alreadyUsedDetails.RefreshToken ?? '']: 'refresh.reused',
};

/** Turns what the library tells its listeners into security events and log lines. Never a token, code or cookie. */
export function recordEngineEvents(provider: Provider, { web, record, logger }: EngineEventsDeps): void {
  const note = (
    ctx: KoaContextWithOIDC,
    type: string,
    outcome: 'ok' | 'refused' | 'failed',
    error?: ProtocolError,
  ): void => {
    const { client, account } = ctx.oidc;
    const description = error?.error_detail ?? error?.error_description;
    // Events never reject: nobody has to wait for them.
    void record({
      type,
      outcome,
      reference: web.referenceOf(asContext(ctx)),
      clientId: client?.clientId,
      accountId: account?.accountId,
      reason: error?.error,
      detail: description === undefined ? undefined : { description },
    });
  };
  const refused = (type: string) => (ctx: KoaContextWithOIDC, error: ProtocolError) =>
    note(ctx, type, 'refused', error);

  provider.on('authorization.error', refused('authorize.refused'));
  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => {
    if (ctx.oidc.route === 'resume') note(ctx, 'visit.returned', 'ok');
  });
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error: ProtocolError) => {
    note(ctx, REUSED[error.error_detail ?? ''] ?? 'token.refused', 'refused', error);
  });
  provider.on('pushed_authorization_request.error', refused('pushed_request.refused'));
  provider.on('introspection.error', refused('introspection.refused'));
  provider.on('revocation.error', refused('revocation.refused'));
  provider.on('end_session.error', refused('logout.refused'));
  provider.on('end_session_confirm.error', refused('logout.refused'));
  provider.on('end_session.success', (ctx: KoaContextWithOIDC) => note(ctx, 'session.ended', 'ok'));
  provider.on('backchannel.error', (_ctx: KoaContextWithOIDC, _error: Error, client: Client, accountId: string) => {
    void record({ type: 'backchannel_logout.failed', outcome: 'failed', clientId: client.clientId, accountId });
  });
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    logger.error({ route: ctx.oidc.route, error: describeError(error) }, 'the protocol engine failed');
  });
}
