import type { Context } from 'koa';
import type { Upstreams } from '../door.ts';
import { UpstreamFailure } from '../failure.ts';
import { IdpError } from '../../kit/errors.ts';
import { hmac } from '../../kit/random.ts';
import { OutboundError } from '../../outbound/index.ts';
import type { RateLimiter } from '../../rate_limits/index.ts';
import { createReadText, goOnByItself, parameterOf, showLanding, tokenOf, type Web } from '../../web/index.ts';
import { dialects, type Dialect } from './dialects/dialects.ts';
import { heed, type HeedDeps } from './heed.ts';
import type { Notification, Sender, Sent } from './notification.ts';
import { findReceipt } from './notification_store.ts';

/** What the addresses for upstreams work with. */
export interface LifecycleDeps extends HeedDeps {
  web: Web;
  upstreams: Pick<Upstreams, 'sender' | 'nameOf' | 'logout'>;
  limits: Pick<RateLimiter, 'take'>;
  issuer: string;
  /** Makes the codes of deletions: told again, a request gets the same code, and nobody else can make one. */
  codeKey: Buffer;
}

const LONGEST_BODY = 64 * 1024;

/**
 * Mounts what upstreams' servers and people who come back from signing out there open: `/upstream/:id/events`, `/deletion`,
 * `/deletion/:code` and `/signed-out`. No cookie and no form of ours is involved: a notification is believed for its signature
 * alone, and whether its subject has an account here is not to be seen in the answer.
 */
export function mountLifecycle(deps: LifecycleDeps): void {
  const { web, upstreams } = deps;
  web.router.post('/upstream/:upstream/events', (ctx) => receive(deps, ctx, 'events'));
  web.router.get('/upstream/:upstream/events', (ctx) => receive(deps, ctx, 'events'));
  web.router.post('/upstream/:upstream/deletion', (ctx) => receive(deps, ctx, 'deletion'));
  web.router.get('/upstream/:upstream/deletion/:code', (ctx) => showDeletion(deps, ctx));
  web.router.get('/upstream/:upstream/signed-out', async (ctx) => {
    const { state } = ctx.query;
    const next = upstreams.logout.cameBack(parameterOf(ctx, 'upstream'), typeof state === 'string' ? state : '');
    await goOnByItself(web, ctx, next);
  });
}

async function receive(deps: LifecycleDeps, ctx: Context, to: Sent['to']): Promise<void> {
  const sender = deps.upstreams.sender(parameterOf(ctx, 'upstream'));
  const events = sender?.definition.lifecycle?.events;
  const dialect = events && dialects[events.dialect];
  const wrongWay = (ctx.method === 'GET' && !dialect?.byGet) || (to === 'deletion' && !dialect?.deletion);
  if (!sender || !dialect || wrongWay) throw new IdpError('not_found');
  const body = ctx.method === 'GET' ? ctx.querystring : await createReadText(LONGEST_BODY, dialect.type)(ctx);
  const sent = { to, body, authorization: ctx.get('Authorization') };
  ctx.set('Cache-Control', 'no-store');
  const read = await readOrRefuse(dialect, sender, sent);
  if (read instanceof UpstreamFailure) return refuse(deps, ctx, sender, dialect, read);
  const { id: upstreamId, issuer, on_deletion: onDeletion } = sender.definition;
  const code = to === 'deletion' ? codeOf(deps.codeKey, upstreamId, read) : undefined;
  await heed(deps, { upstreamId, issuer, onDeletion }, read, code);
  ctx.status = dialect.received;
  ctx.body = code === undefined ? '' : { url: `${deps.issuer}${ctx.path}/${code}`, confirmation_code: code };
}

/** What was sent, or why it is not believed. A sender whose keys cannot be had now is asked to try again. */
async function readOrRefuse(dialect: Dialect, sender: Sender, sent: Sent): Promise<Notification | UpstreamFailure> {
  try {
    return await dialect.read(sender, sent);
  } catch (cause) {
    if (cause instanceof OutboundError) throw new IdpError('upstream_unavailable', { cause });
    if (!(cause instanceof UpstreamFailure)) throw cause;
    if (cause.code === 'upstream_unavailable') throw new IdpError('upstream_unavailable', { cause });
    return cause;
  }
}

/** Anybody can send anything here: a flood of it must not fill the database with events. */
async function refuse(
  { record, limits, web }: LifecycleDeps,
  ctx: Context,
  { definition }: Sender,
  dialect: Dialect,
  failure: UpstreamFailure,
): Promise<void> {
  const { reason, security } = failure;
  const about = { upstreamId: definition.id, reason, detail: { security } };
  const { ok } = await limits.take('notification_address', web.clientAddress(ctx));
  if (ok) await record({ type: 'upstreams.notification_refused', outcome: 'refused', ...about });
  ctx.status = 400;
  ctx.body = dialect.refusal?.(failure) ?? '';
}

/** Letters and digits only: Meta takes no other code. */
function codeOf(key: Buffer, upstreamId: string, { once }: Notification): string {
  const bytes = Buffer.from(hmac(key, `${upstreamId} ${once ?? ''}`), 'base64url');
  return bytes.subarray(0, 16).toString('hex');
}

/** What became of a deletion, for whoever has its code. */
async function showDeletion({ web, upstreams, database }: LifecycleDeps, ctx: Context): Promise<void> {
  const upstreamId = parameterOf(ctx, 'upstream');
  const found = await findReceipt(database.knex, upstreamId, tokenOf(parameterOf(ctx, 'code')));
  if (!found) throw new IdpError('not_found');
  const t = web.t(ctx);
  const words = { upstream: upstreams.nameOf(upstreamId), brand: web.brand.name };
  await showLanding(web, ctx, 'upstream-deletion', {
    title: t('upstreams.deletion.title'),
    text: t(`upstreams.deletion.${found.outcome}`, words),
    aside: t('upstreams.deletion.when', { at: found.at.toISOString() }),
    next: { label: t('error_page.home'), href: '/' },
  });
}
