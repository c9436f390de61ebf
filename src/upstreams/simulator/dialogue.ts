import { createHash } from 'node:crypto';
import type { Persona } from './persona.ts';
import { POLICY, type Answer, type ProviderDeps, type SimulatedRequest } from './provider.ts';

/** Why a provider does not show its page; with `returned`, the app hears of it instead of the person. */
interface PageRefusal {
  status: number;
  message: string;
  returned?: Record<string, string>;
}

/** The page on which a person picks who to be; the dialects of a provider are passed in. */
export interface Dialogue extends ProviderDeps {
  /** "Google" */
  provider: string;
  action: string;
  /** Why the provider would not show its page for this request. */
  refuse(params: URLSearchParams): PageRefusal | undefined;
  /** The person as this request sees them, or why nobody like that gets in. */
  admit(persona: Persona): Persona | string;
  granted(params: URLSearchParams, persona: Persona): Record<string, string>;
  cancelled(params: URLSearchParams): Record<string, string>;
  /** What the provider leaves behind the `#`. */
  fragment: string;
}

const CANCEL = 'cancel';
/** Fields of the picker itself; all others are the request of the app. */
const OWN_FIELDS = ['persona', 'other_email', 'keep_email', 'no_picture'];

/** Shows the picker (GET), or takes the choice (POST) and sends the browser back to the app. */
export async function answerDialogue(dialogue: Dialogue, request: SimulatedRequest): Promise<Answer> {
  const params = request.method === 'POST' ? request.form : request.query;
  const refusal = dialogue.refuse(params);
  if (refusal?.returned && dialogue.client.redirectUris.length > 0) return back(dialogue, params, refusal.returned);
  if (refusal) return errorPage(dialogue, refusal);
  const personas = await dialogue.personas();
  const choice = request.method === 'POST' ? params.get('persona') : null;
  if (choice === CANCEL) return back(dialogue, params, dialogue.cancelled(params));
  const chosen = personas.find((candidate) => candidate.id === choice);
  if (!chosen) return picker(dialogue, params, personas);
  const persona = dialogue.admit(changed(chosen, params, dialogue));
  if (typeof persona === 'string') return errorPage(dialogue, { status: 400, message: persona });
  return back(dialogue, params, dialogue.granted(params, persona));
}

/** What somebody changed about the person on the page: another address, an address kept back, no picture. */
function changed(persona: Persona, params: URLSearchParams, { tamper }: Dialogue): Persona {
  const other = params.get('other_email')?.trim();
  const person = { ...persona };
  if (other) person.email = other;
  if (params.has('no_picture')) delete person.picture;
  if (params.has('keep_email')) Object.assign(person, { email: undefined, keepsEmail: true });
  return tamper?.person?.(person) ?? person;
}

async function picker(dialogue: Dialogue, params: URLSearchParams, personas: Persona[]): Promise<Answer> {
  const { provider, client, action } = dialogue;
  const html = await dialogue.render('simulator/picker', {
    provider,
    clientName: client.name,
    redirectHost: new URL(params.get('redirect_uri') ?? '').host,
    personas: personas.map(({ id, name, email, hint }) => ({ id, name, email, hint })),
    action,
    fields: [...params].filter(([name]) => !OWN_FIELDS.includes(name)),
    cancelValue: CANCEL,
  });
  return page(200, html);
}

async function errorPage({ provider, render }: Dialogue, { status, message }: PageRefusal): Promise<Answer> {
  return page(status, await render('simulator/error', { provider, message }));
}

/** Back to the app, by redirect or by the POST that it asked for (OAuth 2.0 Form Post Response Mode). */
async function back(dialogue: Dialogue, params: URLSearchParams, result: Record<string, string>): Promise<Answer> {
  const { tamper, fragment, client, provider } = dialogue;
  // A wrong redirect URI is never followed; who returns that mistake uses a registered one.
  const asked = params.get('redirect_uri') ?? '';
  const url = new URL(client.redirectUris.includes(asked) ? asked : (client.redirectUris[0] ?? ''));
  const state = params.get('state');
  const sent = new URLSearchParams({ ...(state === null ? {} : { state }), ...result });
  tamper?.callback?.(sent);
  if (params.get('response_mode') === 'form_post') {
    return page(200, await dialogue.render('simulator/form_post', { provider, action: url.href, fields: [...sent] }));
  }
  for (const [name, value] of sent) url.searchParams.append(name, value);
  return { status: 302, headers: { location: `${url.href}${fragment}`, 'cache-control': 'no-store' }, body: '' };
}

/** The view carries its style with it, and the page that goes on by itself its one line of script; the policy allows exactly those, by hash. Headers of all answers: server.ts. */
function page(status: number, html: string): Answer {
  const style = hashOf(/<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '');
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1];
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `${POLICY}; style-src ${style}; img-src data:${script === undefined ? '' : `; script-src ${hashOf(script)}`}`,
  };
  return { status, headers, body: html };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
