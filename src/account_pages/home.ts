import type { Context } from 'koa';
import type { AccountPagesDeps } from './page_deps.ts';

/** The front page: who we are, the way to one's account, and the apps that have a home. */
export async function showHome({ web, clients, frame }: AccountPagesDeps, ctx: Context): Promise<void> {
  const person = await frame.visitor(ctx);
  await web.page(ctx, {
    view: 'home/home',
    screen: 'home',
    title: web.t(ctx)('account.home.title', { brand: web.brand.name }),
    locals: {
      signedIn: person && { name: person.account.profile.name, email: person.account.address?.stored },
      apps: clients
        .list()
        .filter((client) => client.uri !== undefined)
        .map(({ name, uri, logo }) => ({ name, uri, logo: web.ownPicture(logo) })),
    },
  });
}
