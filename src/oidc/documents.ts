import type { Context, Next } from 'koa';
import { publicDocument } from '../web/index.ts';
import type { Engine } from './engine.ts';
import { discoveryPaths, DOCUMENT_SECONDS, routes } from './routes.ts';

/** The paths of what everybody may read of an issuer (OIDC Discovery 4, RFC 8414 3, RFC 7517 5). */
export const DOCUMENTS: ReadonlySet<string> = new Set([...discoveryPaths, routes.jwks]);

/** The library makes it once; from then on it is told as it is, until keys or settings change. */
export async function tellDocument(
  { documents, discovery, routes: library }: Pick<Engine, 'documents' | 'discovery' | 'routes'>,
  ctx: Context,
  next: Next,
): Promise<void> {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return library(ctx, next);
  let document = documents.get(ctx.path);
  if (!document) {
    await library(ctx, next);
    if (ctx.status !== 200) return;
    const further = ctx.path === routes.jwks ? {} : discovery;
    const options = { type: ctx.response.get('Content-Type'), seconds: DOCUMENT_SECONDS };
    document = publicDocument({ ...Object(ctx.body), ...further }, options);
    documents.set(ctx.path, document);
  }
  const { type, body, headers } = document;
  ctx.set(headers);
  ctx.type = type;
  ctx.body = body;
  if (ctx.fresh) ctx.status = 304;
}
