import type { Context } from 'koa';

/**
 * Lets a request go that is over. The library gives the context of each an accessor of its own, `oidc`. V8 keeps the functions of
 * an accessor in its old space from the beginning, and until a full collection takes everything for alive that can be reached
 * from there: the request, its answer, and what was read for them. Nothing can be reached from an empty context.
 */
export function letGoAtEnd(ctx: Context): void {
  const { res } = ctx;
  // Where the connection broke off, somebody may still be at work.
  res.once('close', () => res.writableFinished && queueMicrotask(() => letGo(ctx)));
}

function letGo(ctx: Context): void {
  const { oidc } = ctx as { oidc?: object }; // the library's types do not show it
  for (const thing of [oidc, ctx])
    if (thing) for (const key of Reflect.ownKeys(thing)) Reflect.set(thing, key, undefined);
}
