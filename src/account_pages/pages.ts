import type { Context } from 'koa';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import { equalInConstantTime, hmac, secretToken, sha256 } from '../kit/random.ts';
import { IdpError } from '../kit/errors.ts';
import type { Oidc } from '../oidc/index.ts';
import type { Upstreams } from '../upstreams/index.ts';
import type { Web } from '../web/index.ts';

interface AccountPagesDeps {
  issuer: string;
  web: Web;
  oidc: Pick<Oidc, 'session'>;
  accounts: Pick<Accounts, 'find' | 'identities'>;
  upstreams: Pick<Upstreams, 'list'>;
  clients: Pick<Clients, 'list'>;
  /** Keys the state of the sign-in that leads to `/account`. */
  stateKey: Buffer;
}

const CLIENT_ID = 'gatehouse-account';

/** The reserved client under which `/account` signs people in. */
export function accountClient(issuer: string, name: string) {
  return {
    client_id: CLIENT_ID,
    name,
    type: 'spa' as const,
    redirect_uris: [`${issuer}/account/return`],
    post_logout_redirect_uris: [`${issuer}/`],
    first_party: true,
  };
}

/** Mounts the front page and the account pages. */
export function mountAccountPages(deps: AccountPagesDeps): void {
  const { router } = deps.web;
  router.get('/', (ctx) => showHome(deps, ctx));
  router.get('/account', (ctx) => showAccount(deps, ctx));
  router.get('/account/return', async (ctx) => returnFromSignIn(deps, ctx));
  router.get('/.well-known/change-password', (ctx) => deps.web.redirect(ctx, '/account'));
}

async function showHome(deps: AccountPagesDeps, ctx: Context): Promise<void> {
  const { web, clients } = deps;
  const account = await signedIn(deps, ctx);
  await web.page(ctx, {
    view: 'home/home',
    screen: 'home',
    title: web.t(ctx)('account.home.title', { brand: web.brand.name }),
    locals: {
      signedIn: account && { name: account.profile.name, email: account.address?.stored },
      apps: clients
        .list()
        .filter((client) => client.uri !== undefined)
        .map(({ name, uri, logo }) => ({ name, uri, logo: web.ownPicture(logo) })),
    },
  });
}

async function showAccount(deps: AccountPagesDeps, ctx: Context): Promise<void> {
  const { web, accounts, upstreams } = deps;
  const account = await signedIn(deps, ctx);
  if (!account) return web.redirect(ctx, authorizeUrl(deps, ctx));
  const known = new Map(upstreams.list().map((upstream) => [upstream.id, upstream]));
  const identities = await accounts.identities.listOf(account.id);
  await web.page(ctx, {
    view: 'account/profile',
    screen: 'account',
    wide: true,
    title: web.t(ctx)('account.profile.title'),
    locals: {
      person: {
        name: account.profile.name,
        email: account.address?.stored,
        verified: account.address?.verifiedAt !== undefined,
      },
      identities: identities.map((identity) => ({
        label: known.get(identity.upstreamId)?.name ?? identity.upstreamId,
        preset: known.get(identity.upstreamId)?.preset,
        person: identity.facts.email ?? identity.facts.name,
      })),
      signOutAction: '/oidc/logout',
    },
  });
}

/** Only a browser that started at `/account` itself may come back here; whoever it is, the session cookie says. */
async function returnFromSignIn(deps: AccountPagesDeps, ctx: Context): Promise<void> {
  const { state, error } = ctx.query;
  if (typeof state !== 'string' || !equalInConstantTime(state, expectedState(deps, ctx))) {
    throw new IdpError('interaction_foreign');
  }
  deps.web.redirect(ctx, error === undefined ? '/account' : '/');
}

function authorizeUrl(deps: AccountPagesDeps, ctx: Context): string {
  const parameters = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: `${deps.issuer}/account/return`,
    response_type: 'code',
    scope: 'openid',
    state: expectedState(deps, ctx),
    // The code is never redeemed: the verifier of this challenge is forgotten at once.
    code_challenge: sha256(secretToken()),
    code_challenge_method: 'S256',
  });
  return `/oidc/authorize?${parameters.toString()}`;
}

function expectedState({ web, stateKey }: AccountPagesDeps, ctx: Context): string {
  return hmac(stateKey, web.browser.ensure(ctx));
}

/** Whose session this is, now; the page then speaks the account's language, unless the browser chose another. */
async function signedIn({ web, oidc, accounts }: AccountPagesDeps, ctx: Context): Promise<Account | undefined> {
  const session = await oidc.session(ctx);
  const account = session && (await accounts.find(session.accountId));
  if (account?.locale) web.note(ctx, { accountLocale: account.locale });
  return account;
}
