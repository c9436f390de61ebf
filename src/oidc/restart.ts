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

/** The URL that makes the same authorization request again. */
export function authorizeUrl(params: Record<string, unknown>, change: { prompt?: string } = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...params, ...changedPrompt(params, change) })) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'string' || typeof each === 'number') query.append(name, String(each));
    }
  }
  return `/oidc/authorize?${query.toString()}`;
}

function changedPrompt(params: Record<string, unknown>, { prompt }: { prompt?: string }): { prompt?: string } {
  if (prompt === undefined) return {};
  const before = typeof params['prompt'] === 'string' ? params['prompt'].split(' ') : [];
  return { prompt: [prompt, ...before.filter((name) => !WHO.has(name))].join(' ') };
}
