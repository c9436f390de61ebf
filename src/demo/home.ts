import type Koa from 'koa';
import type { Web } from '../web/index.ts';
import type { SignIn } from './relying_party.ts';
import type { Sessions } from './sessions.ts';

/** What the first page needs. */
export interface HomeDeps {
  web: Web;
  sessions: Sessions;
}

/** Answers with the first page, or with what the app knows of the person who is signed in. */
export async function showHome({ web, sessions }: HomeDeps, ctx: Koa.Context): Promise<void> {
  const t = web.t(ctx);
  const session = sessions.find(ctx);
  const message = session?.message;
  const said = message && t(message.text);
  if (session) session.message = undefined;
  if (!session?.signIn)
    return web.page(ctx, {
      view: 'demo/welcome',
      screen: 'demo-welcome',
      title: t('demo.welcome.title'),
      locals: {
        signInAction: '/demo/sign-in',
        signUpAction: '/demo/sign-up',
        ...(message && { [message.kind]: said }),
      },
    });
  return web.page(ctx, {
    view: 'demo/home',
    screen: 'demo-home',
    title: t('demo.home.title'),
    wide: true,
    locals: {
      ...describe(session.signIn),
      apiAnswer: session.apiAnswer,
      refreshAction: '/demo/refresh',
      apiAction: '/demo/call-api',
      signOutAction: '/demo/sign-out',
      note: said,
    },
  });
}

function describe({ claims, userinfo, accessToken }: SignIn) {
  const text = (name: string) => (typeof userinfo[name] === 'string' ? userinfo[name] : undefined);
  return {
    person: { name: text('name'), email: text('email'), sub: String(claims['sub']) },
    idToken: claims,
    userinfo,
    accessToken: {
      claims: accessToken.claims,
      opaque: accessToken.claims === undefined,
      expiresAt: accessToken.expiresAt,
    },
  };
}
