import { examineUpstream, upstreamFacts, type UpstreamFacts } from '../../upstreams/index.ts';
import type { Call, Command, CommandSettings } from '../command.ts';
import { withSettings } from '../contexts.ts';
import { listing, print, refuse } from '../output.ts';

/** Every command that begins with `upstreams`. */
export const upstreamCommands: Command[] = [
  {
    name: 'upstreams list',
    takes: { least: 0, most: 0 },
    summary: 'list the upstreams, with the callback URL to register at each',
    run: (call) =>
      withSettings(call, async (settings) => {
        const all = settings.upstreams.map((upstream) => upstreamFacts(upstream, placeOf(settings)));
        const blocks = all.map((facts) => listing(rowsOf(facts)));
        print(call, all, () => (all.length > 0 ? blocks.join('\n\n') : 'there are no upstreams'));
        return 0;
      }),
  },
  {
    name: 'upstreams test',
    args: '<id>',
    takes: { least: 1, most: 1 },
    summary: 'ask one upstream for its metadata and keys, and look at its credentials and the clocks',
    run: (call) => withSettings(call, (settings) => test(call, settings, call.args[0] ?? '')),
  },
];

function placeOf({ issuer, development }: CommandSettings): { issuer: string; simulator: boolean } {
  return { issuer, simulator: development.simulator };
}

async function test(call: Call, settings: CommandSettings, id: string): Promise<number> {
  const upstream = settings.upstreams.find((one) => one.id === id);
  if (!upstream) {
    const ids = settings.upstreams.map((one) => one.id);
    const guess = call.parts.nearest(id, ids);
    return refuse(call, `there is no upstream ${JSON.stringify(id)}${guess ? `; did you mean ${guess}?` : ''}`);
  }
  const facts = upstreamFacts(upstream, placeOf(settings));
  const outbound = call.parts.outbound(settings);
  try {
    const { issuer, mode } = settings;
    const { findings, authorization_url } = await examineUpstream(upstream, { issuer, mode, fetch: outbound.fetch });
    // What the simulator plays needs no credentials yet.
    const seen = findings.filter(({ check }) => facts.state !== 'simulated' || check !== 'credentials');
    print(call, { ...facts, authorization_url, findings: seen }, () =>
      [
        listing([...rowsOf(facts), ['authorization URL', authorization_url]]),
        '',
        ...seen.flatMap(({ check, ok, says, mend }) => [
          `${ok ? 'ok     ' : 'problem'}  ${check}: ${says}`,
          ...(mend === undefined ? [] : [`         ${mend}`]),
        ]),
      ].join('\n'),
    );
    return seen.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await outbound.close();
  }
}

function rowsOf(facts: UpstreamFacts): [string, string | undefined][] {
  const { checked } = facts;
  return [
    ['id', facts.id],
    ['preset', facts.preset],
    ['name', facts.name],
    ['state', facts.state],
    ['linking', facts.linking],
    ['email trust', facts.email_trust.join(' or ')],
    ['callback URL', facts.callback_url],
    ['events URL', facts.events?.url],
    ['register it at', facts.events?.where],
    ['deletion URL', facts.deletion_url],
    ['signed-out URL', facts.signed_out_url],
    ['scopes', facts.scopes.join(' ') || 'none: its console decides'],
    ['fields read', facts.fields.join(' ')],
    [
      'checked',
      checked.checked === 'live' ? `live, ${checked.date}` : `against documentation of ${checked.date}, never live`,
    ],
    ['secret ends', facts.secret_expires_at],
  ];
}
