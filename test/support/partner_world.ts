import { accountId } from '../../src/kit/random.ts';
import { startFakeUpstream, type FakeUpstream } from '../upstreams/support/fake_upstream.ts';
import { freePortPair } from './gatehouse.ts';
import type { Browser, Page } from './http_browser.ts';
import { startWorld, type World } from './world.ts';

export const linkings = ['never', 'authoritative', 'verified'] as const;

/** Who comes back from a partner, and how far its word about the address goes. */
export interface Claimed {
  subject: string;
  email?: string;
  trust?: 'authoritative' | 'verified' | 'unverified';
  /** How the partner says that it proved them, and when. */
  acr?: string;
  amr?: string[];
  auth_time?: number;
  /** Its groups there. */
  groups?: unknown;
}

/** A world with a partner behind three upstreams, `never`, `authoritative` and `verified`: each is its own value of `linking`. */
export interface PartnerWorld extends World {
  fake: FakeUpstream;
  settings: Record<string, unknown>;
  /** Goes there from the page that is shown, as this person, and gives the URL with which the partner sends them back; else where they are. */
  travel(browser: Browser, upstream: string, claimed: Claimed): Promise<string>;
  /** Comes from the app and signs in there. */
  continueAs(browser: Browser, upstream: string, claimed: Claimed): Promise<Page>;
}

/** Builds it. What the partner says is true of whoever travels last: trips do not overlap before their callback. */
export async function startPartnerWorld(
  more: Record<string, unknown> = {},
  options: Omit<Parameters<typeof startWorld>[0] & {}, 'port' | 'settings'> = {},
): Promise<PartnerWorld> {
  const port = await freePortPair();
  const fake = await startFakeUpstream({ issuer: `http://localhost:${port}` });
  const { partner } = fake.clients;
  partner.redirectUris = linkings.map((id) => `http://localhost:${port}/upstream/${id}/callback`);
  const settings = {
    limits: { enabled: false },
    upstreams: [
      ...linkings.map((linking) => ({
        id: linking,
        preset: 'oidc',
        label: `Partner ${linking}`,
        issuer: fake.issuer,
        client_id: partner.id,
        client_secret: partner.secret,
        linking,
        groups: { from: ['id.groups'], allow: ['staff', 'editors'], map: { '/heads': 'management' } },
        // Only of this one the config believes how it proved somebody.
        ...(linking === 'verified' && { trusted_acr: { mfa: ['two'] }, trusted_amr: { phishing_resistant: ['hwk'] } }),
        email_trust: {
          default: 'unverified',
          rules: ['authoritative', 'verified'].map((level) => ({ when: { true: `id.${level}` }, then: level })),
        },
      })),
      { id: 'facebook', preset: 'facebook' },
    ],
    ...more,
  };
  const world = await startWorld({ ...options, port, settings });
  const say = ({ subject, trust, ...told }: Claimed) => {
    const said = { sub: subject, ...told, [trust ?? 'nobody']: true };
    fake.lie({ claims: (claims) => ({ ...claims, ...said }), profile: (body) => ({ ...body, ...said }) });
  };
  const travel = async (browser: Browser, upstream: string, claimed: Claimed) => {
    const page = await browser.submit({ upstream });
    if (!page.url.startsWith(fake.base)) return page.url;
    say(claimed);
    return (await fake.choose(page.url, 'ada')).url;
  };
  return Object.assign(world, {
    fake,
    settings,
    travel,
    async continueAs(browser: Browser, upstream: string, claimed: Claimed) {
      await browser.open(`${world.app.url}/login`);
      return browser.open(await travel(browser, upstream, claimed));
    },
    stop: ((stop) => async () => {
      await stop();
      await fake.close();
    })(world.stop),
  });
}

/** Puts an account there whose address is `email`, as no page makes it; `columns` of accounts and addresses over the plain ones. */
export async function standAccount(
  world: World,
  email: string,
  { confirmed = true, origin = 'signup', disabled = false, identity = '' } = {},
): Promise<string> {
  const id = accountId();
  const at = 'clock_timestamp()';
  await world.query(`insert into accounts (id, profile, origin, created_at, updated_at, disabled_at)
    values ('${id}', '{}', '${origin}', ${at}, ${at}, ${disabled ? at : 'null'})`);
  await world.query(`insert into addresses (canonical, stored, account_id, verified_at)
    values ('${email}', '${email}', '${id}', ${confirmed ? at : 'null'})`);
  if (identity) {
    const [upstream, issuer, subject] = identity.split(' ');
    await world.query(`insert into identities (upstream_id, issuer, subject, account_id, facts, trust, created_at, last_used_at)
      values ('${upstream}', '${issuer}', '${subject}', '${id}', '{}', 'absent', ${at}, ${at})`);
  }
  return id;
}
