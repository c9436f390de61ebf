import type { Context } from 'koa';

/** Rows on one page. */
const LIMIT = 20;

/** The part of a list that a request asks for. */
export function pageAsked(ctx: Context): { limit: number; after?: string } {
  const { after } = ctx.query;
  return { limit: LIMIT, ...(typeof after === 'string' && { after }) };
}

/** The ways from one part to the others: `older`, and `newest` where it is not shown. */
export function pageLinks(ctx: Context, next: string | undefined): { older?: string; newest?: string } {
  return {
    ...(next !== undefined && { older: `${ctx.path}?${new URLSearchParams({ after: next }).toString()}` }),
    ...(ctx.query['after'] !== undefined && { newest: ctx.path }),
  };
}
