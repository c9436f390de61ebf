import type { Context } from 'koa';
import type { Account, Accounts } from '../accounts/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Oidc, PromptHandler, Visit } from '../oidc/index.ts';
import type { Web } from '../web/index.ts';
import { describeScopes } from './scopes.ts';

export interface ConsentDeps {
  web: Web;
  oidc: Oidc;
  accounts: Pick<Accounts, 'find'>;
  record: RecordEvent;
}

/** Shows what the client asks for and takes the decision. OIDC Core 3.1.2.4; ASVS 5.0 10.7. */
export function createConsent(deps: ConsentDeps): PromptHandler {
  return {
    show: (ctx, visit) => showConsent(deps, ctx, visit),
    submit: (ctx, visit) => decide(deps, ctx, visit),
  };
}

async function showConsent({ web, accounts }: ConsentDeps, ctx: Context, visit: Visit): Promise<void> {
  const account = await signedInAccount(accounts, visit);
  const t = web.t(ctx);
  const { client } = visit;
  await web.page(ctx, {
    view: 'consent/consent',
    screen: 'consent',
    title: t('consent.title', { app: client.name }),
    formTargets: [visit.formTarget],
    locals: {
      app: client.name,
      clientLogo: web.ownPicture(client.logo),
      host: client.host,
      firstParty: client.first_party,
      person: { name: account.profile.name, email: account.address?.stored },
      switchAction: `/interaction/${visit.uid}/restart?prompt=select_account`,
      scopes: describeScopes(visit, account, t),
      policyUri: client.policy_uri,
      tosUri: client.tos_uri,
      action: `/interaction/${visit.uid}`,
    },
  });
}

async function decide({ web, oidc, record }: ConsentDeps, ctx: Context, visit: Visit): Promise<void> {
  const { decision } = await web.form(ctx);
  if (decision !== 'allow' && decision !== 'deny') throw new IdpError('request_invalid');
  await record({
    type: `consent.${decision === 'allow' ? 'given' : 'denied'}`,
    outcome: decision === 'allow' ? 'ok' : 'refused',
    reference: visit.reference,
    accountId: visit.accountId,
    clientId: visit.client.id,
  });
  const next = decision === 'allow' ? oidc.finish(visit, { consent: true }) : oidc.abort(visit, 'access_denied');
  web.redirect(ctx, await next);
}

async function signedInAccount(accounts: Pick<Accounts, 'find'>, visit: Visit): Promise<Account> {
  const account = visit.accountId === undefined ? undefined : await accounts.find(visit.accountId);
  if (!account) throw new IdpError('interaction_expired');
  return account;
}
