import type { Context } from 'koa';
import { isUsable, type Account, type Accounts } from '../accounts/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Oidc, PromptHandler, Visit } from '../oidc/index.ts';
import type { Web } from '../web/index.ts';
import { describeAsked } from './details.ts';
import { describeScopes } from './scopes.ts';

interface ConsentDeps {
  web: Web;
  oidc: Oidc;
  accounts: Pick<Accounts, 'find' | 'groupsOf'>;
  record: RecordEvent;
}

/** Shows what the client asks for and takes the decision. OIDC Core 3.1.2.4; ASVS 5.0 10.7. */
export function consentPrompt(deps: ConsentDeps): PromptHandler {
  return {
    show: (ctx, visit) => showConsent(deps, ctx, visit),
    submit: (ctx, visit) => decide(deps, ctx, visit),
  };
}

async function showConsent({ web, accounts }: ConsentDeps, ctx: Context, visit: Visit): Promise<void> {
  const account = await signedInAccount(accounts, visit);
  if (account.locale) web.note(ctx, { accountLocale: account.locale });
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
      stranger: client.stranger,
      person: { name: account.profile.name, email: account.address?.stored },
      switchAction: `/interaction/${visit.uid}/restart?prompt=select_account`,
      scopes: describeScopes(visit, { ...account, groups: accounts.groupsOf(account).map(({ name }) => name) }, t),
      details: describeAsked(visit, t, web.locale(ctx)),
      policyUri: client.policy_uri,
      tosUri: client.tos_uri,
      action: `/interaction/${visit.uid}`,
    },
  });
}

async function decide({ web, oidc, accounts, record }: ConsentDeps, ctx: Context, visit: Visit): Promise<void> {
  const { decision } = await web.form(ctx);
  if (decision !== 'allow' && decision !== 'deny') throw new IdpError('request_invalid');
  if (decision === 'allow') {
    await signedInAccount(accounts, visit);
    return web.redirect(ctx, await oidc.finish(visit, { consent: true }));
  }
  const { reference, accountId, client } = visit;
  await record({ type: 'consent.denied', outcome: 'refused', reference, accountId, clientId: client.id });
  web.redirect(ctx, await oidc.abort(visit, 'access_denied'));
}

/** Who decides. An account that was disabled while the page was open decides nothing. */
async function signedInAccount(accounts: Pick<Accounts, 'find'>, visit: Visit): Promise<Account> {
  const account = visit.accountId === undefined ? undefined : await accounts.find(visit.accountId);
  if (!account) throw new IdpError('interaction_expired');
  if (!isUsable(account)) throw new IdpError('account_disabled', { reference: visit.reference });
  return account;
}
