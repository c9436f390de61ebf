import type Koa from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { TakenMail } from '../mail/index.ts';
import type { Web } from '../web/index.ts';

/** What the mailbox needs. */
export interface MailboxDeps {
  web: Web;
  mail: { mailbox(): TakenMail[] };
}

const LINK = /https?:\/\/[^\s<>"]+/g;
const PATH = '/mailbox';

/** Adds `/mailbox`: the mails that a development server took instead of sending them. */
export function mountMailbox({ web, mail }: MailboxDeps): void {
  web.router.get(PATH, (ctx) => showList({ web, mail }, ctx));
  web.router.get(`${PATH}/:id`, (ctx) => showMail({ web, mail }, ctx, ctx.params['id']));
}

/** A page for people; with `Accept: application/json`, the mails themselves, for scripts that try an app. */
async function showList({ web, mail }: MailboxDeps, ctx: Koa.Context): Promise<void> {
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = mail.mailbox().map(({ id, to, subject, text, at }) => ({ id, to, subject, text, at }));
    return;
  }
  const mails = mail.mailbox().map(({ id, to, subject, at }) => ({ id, to, subject, at, href: `${PATH}/${id}` }));
  await web.page(ctx, {
    view: 'mailbox/list',
    screen: 'mailbox',
    title: web.t(ctx)('mailbox.list.title'),
    locals: { mails },
  });
}

/** Throws not_found for a mail that is no longer kept. */
async function showMail({ web, mail }: MailboxDeps, ctx: Koa.Context, id: string | undefined): Promise<void> {
  const taken = mail.mailbox().find((candidate) => candidate.id === id);
  if (!taken) throw new IdpError('not_found');
  const { to, subject, text, at } = taken;
  await web.page(ctx, {
    view: 'mailbox/message',
    screen: 'mailbox-message',
    title: subject,
    locals: { mail: { to, subject, text, at }, links: linksIn(text), listHref: PATH },
  });
}

/** The links of a plain text that lead to a page, each once, without the full stop or bracket that ends their sentence. */
function linksIn(text: string): string[] {
  const links = [...text.matchAll(LINK)].map(([link]) => link.replace(/[.,;:!?)\]]+$/, ''));
  return [...new Set(links)].filter((link) => URL.parse(link)?.pathname !== '/');
}
