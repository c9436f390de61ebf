import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { AskedRequest } from '../oidc/index.ts';
import { parameterOf, problem, type Shown } from '../web/index.ts';
import { describeClient, sentencesOf } from './apps.ts';
import type { Person } from './frame.ts';
import type { AccountPagesDeps } from './page_deps.ts';
import { momentOf } from './words.ts';

/** Where the requests of apps wait; the mail about one leads here. */
export const REQUESTS = '/account/requests';

/**
 * `/account/requests`: apps that ask for the person while they are elsewhere (OpenID Connect CIBA). To let one in is to sign in
 * there, so that it takes a fresh sign-in, and whatever else the app wants its people to prove.
 */
export function mountRequests(deps: AccountPagesDeps): void {
  const { oidc, frame, web } = deps;
  frame.page({
    path: REQUESTS,
    fresh: true,
    load: ({ accountId }) => oidc.requestsOf(accountId),
    show: (ctx, person, requests) => show(deps, ctx, person, requests),
  });
  frame.form({
    path: `${REQUESTS}/:id`,
    page: REQUESTS,
    fresh: true,
    async submit(ctx, person, { decision }) {
      if (decision !== 'allow' && decision !== 'deny') throw new IdpError('request_invalid');
      const answered = await oidc.answerRequest(person.session, parameterOf(ctx, 'id'), decision);
      if (answered.ok) return frame.done(ctx, REQUESTS, decision === 'allow' ? 'allowed' : 'denied');
      if (answered.reason === 'level') return frame.prove(ctx, REQUESTS, answered.acr);
      const t = web.t(ctx);
      const shown = { status: 422, problems: [problem(t, `account.requests.${answered.reason}`)] };
      await show(deps, ctx, person, await oidc.requestsOf(person.account.id), shown);
    },
  });
}

async function show(
  deps: AccountPagesDeps,
  ctx: Context,
  person: Person,
  requests: AskedRequest[],
  { status, problems = [] }: Shown = {},
): Promise<void> {
  const { web, oidc, frame } = deps;
  const t = web.t(ctx);
  const apps = await oidc.appsOf(requests.map(({ clientId }) => clientId));
  await frame.render(ctx, person, {
    view: 'account/requests',
    screen: 'account-requests',
    tab: 'apps',
    title: t('account.requests.title'),
    status,
    notes: { allowed: 'account.requests.allowed', denied: 'account.requests.denied' },
    locals: {
      requests: requests.map(({ id, clientId, scopes, bindingMessage, askedAt }) => ({
        ...describeClient(deps, clientId, apps.get(clientId)),
        message: bindingMessage,
        can: sentencesOf(t, scopes),
        asked: momentOf(web.locale(ctx), askedAt, person.account.profile.zoneinfo),
        action: `${REQUESTS}/${id}`,
      })),
      problems,
    },
  });
}
