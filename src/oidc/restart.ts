import type { Context } from 'koa';
import { now } from '../kit/clock.ts';
import type { OidcDeps } from './deps.ts';
import type { Oidc } from './door.ts';
import { LONGEST_REQUEST, routes } from './routes.ts';
import type { VisitStore } from './visit_store.ts';
import { uidOf } from './visits.ts';

/** Parameters that say who is there now, not what the client wants; they are of no use an hour later. */
const NOT_KEPT = new Set(['id_token_hint', 'request', 'request_uri']);

/** Prompts that ask for a person; a change of mind replaces them, consent stays (OIDC Core 11 hangs on it). */
const WHO = new Set(['select_account', 'create', 'login', 'none']);

/** What is kept of an authorization request, so that an expired visit begins again with one click. */
export function keptParameters(params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => value !== undefined && !NOT_KEPT.has(name)),
  );
}

/** Begins a visit again in its own browser, for as long as its request is kept. */
export function createRestart({
  web,
  visits,
}: {
  web: Pick<OidcDeps['web'], 'browser'>;
  visits: Pick<VisitStore, 'find'>;
}): Oidc['restart'] {
  return async (ctx: Context, change) => {
    const visit = await visits.find(uidOf(ctx));
    if (!visit || visit.browserHash !== web.browser.read(ctx) || visit.restartableUntil <= now()) return undefined;
    if (Object.keys(visit.params).length === 0) return undefined;
    // A device asked, and not this browser: its code is typed again, as somebody else after signing out.
    if (visit.params['redirect_uri'] === undefined)
      return change?.prompt ? routes.end_session : routes.code_verification;
    const url = authorizeUrl(visit.params, change);
    // A pushed request may be longer than a query can be: the app has to push it again.
    return url.length > LONGEST_REQUEST ? undefined : url;
  };
}

/** The URL that makes the same authorization request again. */
function authorizeUrl(params: Record<string, unknown>, change: { prompt?: string } = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...params, ...changedPrompt(params, change) })) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'string' || typeof each === 'number') query.append(name, String(each));
    }
  }
  return `${routes.authorization}?${query.toString()}`;
}

function changedPrompt(params: Record<string, unknown>, { prompt }: { prompt?: string }): { prompt?: string } {
  if (prompt === undefined) return {};
  const before = typeof params['prompt'] === 'string' ? params['prompt'].split(' ') : [];
  return { prompt: [prompt, ...before.filter((name) => !WHO.has(name))].join(' ') };
}
