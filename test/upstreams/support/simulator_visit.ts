import { sha256 } from '../../../src/kit/random.ts';
import type { SimulatorClients } from '../../../src/upstreams/simulated.ts';
import { simulatorClients, startSimulator, upstreamSettings } from '../../../src/upstreams/index.ts';
import { viewsRender } from './views.ts';

type Provider = 'google' | 'facebook';

export const ISSUER = 'http://localhost:3999';
export const settings = ['google', 'facebook'].map((name) => upstreamSettings.parse({ id: name, preset: name }));
const PAGES = { google: '/google/o/oauth2/v2/auth', facebook: '/facebook/v24.0/dialog/oauth' };
const TOKENS = { google: '/google/token', facebook: '/facebook/v24.0/oauth/access_token' };
const VERIFIER = 'v'.repeat(43);

export interface SimulatorVisit {
  base: string;
  clients: SimulatorClients;
  /** The page that a browser sees. */
  show(provider: Provider, change?: Record<string, string>): Promise<Response>;
  /** Where the browser is sent after a choice. */
  choose(provider: Provider, persona: string, change?: Record<string, string>): Promise<URL>;
  redeem(provider: Provider, code: string | null, change?: Record<string, string>): Promise<Response>;
  tokens(provider: Provider, persona?: string): Promise<{ access_token: string; id_token: string }>;
  close(): Promise<void>;
}

/** The simulator of the product with its real views, and an app that speaks to it without any code of ours. */
export async function visitSimulator(accountsAddress?: () => Promise<string | undefined>): Promise<SimulatorVisit> {
  const clients = simulatorClients(ISSUER, settings);
  const options = { host: '127.0.0.1', port: 0, clients, viewsRender, accountsAddress, clientName: 'Acme' };
  const { base, close } = await startSimulator(options);

  const show: SimulatorVisit['show'] = (provider, change) =>
    fetch(`${base}${PAGES[provider]}?${authorizeParams(clients, provider, change).toString()}`);

  const choose: SimulatorVisit['choose'] = async (provider, persona, change) => {
    const body = authorizeParams(clients, provider, change);
    body.set('persona', persona);
    const answer = await fetch(`${base}${PAGES[provider]}`, { method: 'POST', body, redirect: 'manual' });
    return new URL(answer.headers.get('location') ?? '');
  };

  const redeem: SimulatorVisit['redeem'] = (provider, code, change = {}) => {
    const { id, secret, redirectUris } = clients[provider];
    const own = { client_id: id, client_secret: secret, redirect_uri: redirectUris[0] ?? '', code: code ?? '' };
    const google = { grant_type: 'authorization_code', code_verifier: VERIFIER };
    const body = new URLSearchParams({ ...own, ...(provider === 'google' ? google : {}), ...change });
    return fetch(`${base}${TOKENS[provider]}`, { method: 'POST', body });
  };

  return {
    base,
    clients,
    show,
    choose,
    redeem,
    async tokens(provider, persona = 'ada') {
      const answer = await redeem(provider, (await choose(provider, persona)).searchParams.get('code'));
      return JSON.parse(await answer.text());
    },
    close,
  };
}

function authorizeParams(
  clients: SimulatorClients,
  provider: Provider,
  change: Record<string, string> = {},
): URLSearchParams {
  const { id, redirectUris } = clients[provider];
  const pkce = { code_challenge: sha256(VERIFIER), code_challenge_method: 'S256' };
  const own =
    provider === 'google' ? { scope: 'openid email profile', nonce: 'n', ...pkce } : { scope: 'public_profile,email' };
  const common = { client_id: id, redirect_uri: redirectUris[0] ?? '', response_type: 'code', state: 's' };
  return new URLSearchParams({ ...common, ...own, ...change });
}
