import type { Context } from 'koa';
import type { Translate } from '../locales/index.ts';
import {
  resourceSentence,
  scopesOfClaims,
  scopeSentence,
  type App,
  type ListedGrant,
  type RequestedScopes,
} from '../oidc/index.ts';
import { parameterOf } from '../web/index.ts';
import type { Person } from './frame.ts';
import { ACCOUNT_CLIENT_ID } from './own_client.ts';
import type { AccountPagesDeps } from './page_deps.ts';
import { pageAsked, pageLinks } from './paging.ts';
import { dateOf, momentOf } from './words.ts';

const PATH = '/account/apps';
const REMOVE = `${PATH}/:client/remove`;

/**
 * `/account/apps`: what apps may see and do, and the question before that ends. Taking access away needs no fresh sign-in:
 * nobody gains anything by it, and the app can ask again.
 */
export function mountApps(deps: AccountPagesDeps): void {
  const { oidc, web, frame } = deps;
  frame.page({
    path: PATH,
    tab: 'apps',
    load: ({ accountId }, ctx) => oidc.grantsOf(accountId, { ...pageAsked(ctx), except: ACCOUNT_CLIENT_ID }),
    show: (ctx, person, { items, next }) => showApps(deps, ctx, person, items, next),
  });
  frame.page({
    path: REMOVE,
    load: ({ accountId }, ctx) =>
      oidc.grantsOf(accountId, { limit: 1, only: parameterOf(ctx, 'client'), except: ACCOUNT_CLIENT_ID }),
    async show(ctx, person, { items: [grant] }) {
      if (grant) await showQuestion(deps, ctx, person, grant);
      else web.redirect(ctx, PATH);
    },
  });
  frame.form({
    path: REMOVE,
    page: PATH,
    async submit(ctx, { account }) {
      const client = parameterOf(ctx, 'client');
      // Our own pages are no app: what they were allowed is nothing to take away.
      if (client !== ACCOUNT_CLIENT_ID) await oidc.revokeGrant(account.id, client);
      frame.done(ctx, PATH, 'removed');
    },
  });
}

async function showApps(
  deps: AccountPagesDeps,
  ctx: Context,
  person: Person,
  grants: ListedGrant[],
  next: string | undefined,
): Promise<void> {
  const { web, oidc, frame } = deps;
  const t = web.t(ctx);
  const apps = await oidc.appsOf(grants.map(({ clientId }) => clientId));
  await frame.render(ctx, person, {
    view: 'account/apps',
    screen: 'account-apps',
    tab: 'apps',
    title: t('account.apps.title'),
    notes: { removed: 'account.apps.removed' },
    locals: {
      apps: grants.map((grant) => describeApp(deps, ctx, person, grant, apps.get(grant.clientId))),
      ...pageLinks(ctx, next),
    },
  });
}

async function showQuestion(deps: AccountPagesDeps, ctx: Context, person: Person, grant: ListedGrant): Promise<void> {
  const { web, oidc, frame } = deps;
  const apps = await oidc.appsOf([grant.clientId]);
  const app = describeApp(deps, ctx, person, grant, apps.get(grant.clientId));
  await frame.render(ctx, person, {
    view: 'account/remove_app',
    screen: 'account-apps',
    tab: 'apps',
    title: web.t(ctx)('account.apps.question', { app: app.name }),
    locals: { app, back: PATH },
  });
}

/** How people know an app; one that left the config has its id only. */
export function describeClient({ web }: Pick<AccountPagesDeps, 'web'>, clientId: string, client: App | undefined) {
  return {
    name: client?.name ?? clientId,
    logo: web.ownPicture(client?.logo),
    host: client?.uri === undefined ? undefined : new URL(client.uri).host,
    own: client?.first_party === true,
    gone: client === undefined,
    stranger: client?.stranger === true,
  };
}

/** An app that left the config still has a row: what it was allowed can be taken back. */
function describeApp(
  deps: AccountPagesDeps,
  ctx: Context,
  { account }: Person,
  grant: ListedGrant,
  client: App | undefined,
) {
  const { web } = deps;
  const locale = web.locale(ctx);
  const zone = account.profile.zoneinfo;
  return {
    ...describeClient(deps, grant.clientId, client),
    can: sentencesOf(web.t(ctx), grant.scopes),
    given: dateOf(locale, grant.givenAt, zone),
    used: grant.lastUsedAt && momentOf(locale, grant.lastUsedAt, zone),
    remove: `${PATH}/${encodeURIComponent(grant.clientId)}/remove`,
  };
}

/** What these scopes let an app do. */
export function sentencesOf(t: Translate, scopes: RequestedScopes): string[] {
  const all = new Set([...scopes.oidc, ...scopesOfClaims(scopes.claims)]);
  const own = [...all].map((scope) => scopeSentence(t, scope) ?? t('consent.scopes.openid'));
  const resources = Object.entries(scopes.resources).flatMap(([resource, names]) =>
    names.map((scope) => resourceSentence(t, scope, resource)),
  );
  return [...own, ...resources];
}
