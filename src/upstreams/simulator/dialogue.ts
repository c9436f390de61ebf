import { createHash } from 'node:crypto';
import type { Persona } from './personas.ts';
import { POLICY, type Answer, type ProviderDeps, type SimulatedRequest } from './provider.ts';

/** The page on which a person picks who to be; the dialects of a provider are passed in. */
export interface Dialogue extends ProviderDeps {
  /** "Google" */
  provider: string;
  action: string;
  /** Why the provider would not show its page for this request. */
  refuse(params: URLSearchParams): { status: number; message: string } | undefined;
  granted(params: URLSearchParams, persona: Persona): Record<string, string>;
  cancelled(params: URLSearchParams): Record<string, string>;
  /** What the provider leaves behind the `#`. */
  fragment?: string;
}

const CANCEL = 'cancel';

/** Shows the picker (GET), or takes the choice (POST) and sends the browser back to the app. */
export async function answerDialogue(dialogue: Dialogue, request: SimulatedRequest): Promise<Answer> {
  const params = request.method === 'POST' ? request.form : request.query;
  const refusal = dialogue.refuse(params);
  if (refusal) return errorPage(dialogue, refusal);
  const personas = await dialogue.personas();
  const choice = request.method === 'POST' ? params.get('persona') : null;
  const persona = personas.find((candidate) => candidate.id === choice);
  if (!persona && choice !== CANCEL) return picker(dialogue, params, personas);
  return back(dialogue, params, persona ? dialogue.granted(params, persona) : dialogue.cancelled(params));
}

async function picker(dialogue: Dialogue, params: URLSearchParams, personas: Persona[]): Promise<Answer> {
  const { provider, client, action } = dialogue;
  const html = await dialogue.render('simulator/picker', {
    provider,
    clientName: client.name,
    redirectHost: new URL(params.get('redirect_uri') ?? '').host,
    personas: personas.map(({ id, name, email, hint }) => ({ id, name, email, hint })),
    action,
    fields: [...params].filter(([name]) => name !== 'persona'),
    cancelValue: CANCEL,
  });
  return page(200, html);
}

async function errorPage(
  { provider, render }: Dialogue,
  { status, message }: { status: number; message: string },
): Promise<Answer> {
  return page(status, await render('simulator/error', { provider, message }));
}

function back({ tamper, fragment = '' }: Dialogue, params: URLSearchParams, result: Record<string, string>): Answer {
  const url = new URL(params.get('redirect_uri') ?? '');
  const state = params.get('state');
  const sent = new URLSearchParams({ ...(state === null ? {} : { state }), ...result });
  tamper?.callback?.(sent);
  for (const [name, value] of sent) url.searchParams.append(name, value);
  return { status: 302, headers: { location: `${url.href}${fragment}`, 'cache-control': 'no-store' }, body: '' };
}

/** The view carries its style with it; the policy allows exactly that one, by hash. No script. Headers of all answers: server.ts. */
function page(status: number, html: string): Answer {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `${POLICY}; style-src 'sha256-${hash}'; img-src data:`,
  };
  return { status, headers, body: html };
}
