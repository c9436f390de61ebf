import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dialects } from '../../src/upstreams/lifecycle/dialects/dialects.ts';
import { eventEffects, type Effects } from '../../src/upstreams/lifecycle/events.ts';
import { presets } from '../../src/upstreams/presets/all.ts';

const file = new URL('../../docs/upstream-events.md', import.meta.url);

const identity: Record<NonNullable<Effects['identity']>, string> = {
  disconnect: 'disconnected',
  by_policy: 'disconnected; with `on_deletion: delete-account` the account is deleted, too, after its grace',
  suspend: 'opens nothing until further notice',
  restore: 'opens the account again',
};
const ends: Record<NonNullable<Effects['ends']>, string> = {
  sessions_through: 'those that came through it',
  everything: 'all, with all grants and tokens',
};
const mail: Record<NonNullable<Effects['mail']>, string> = {
  withdrawn: 'what happened, and how to get in',
  alarm: 'a warning',
};

/** The two tables as the code has them. Written anew with UPDATE_DOCS=1. */
function tables(): string {
  const senders = Object.entries(presets).flatMap(([name, { lifecycle, store_tokens: kept }]) => {
    if (!lifecycle) return [];
    const { events, revocation, logout } = lifecycle;
    const deletion = events && dialects[events.dialect].deletion ? ', `/upstream/<id>/deletion`' : '';
    const told = events ? `\`/upstream/<id>/events\`${deletion}: ${events.register}` : 'nothing';
    const token = revocation?.token?.replace('_', ' ') ?? 'nothing but the subject';
    const ended = revocation ? `needs ${token}${kept ? '; kept unless `store_tokens: none`' : ''}` : 'no';
    return [`| ${name} | ${told} | ${ended} | ${logout ? 'yes' : 'no'} |`];
  });
  const effects = Object.entries(eventEffects).map(([name, effect]: [string, Effects]) => {
    const done = [
      effect.identity ? identity[effect.identity] : '–',
      effect.ends ? ends[effect.ends] : '–',
      effect.mail ? mail[effect.mail] : '–',
    ];
    return `| \`${name}\` | ${effect.means} | ${done.join(' | ')} |`;
  });
  return [
    '| preset | what it tells us, and where to register that | ends the connection (`store_tokens: refresh`) | sign-out there (`logout: rp-initiated`) |',
    '|---|---|---|---|',
    ...senders,
    '',
    '| event | what it means | the identity here | sessions here | mail |',
    '|---|---|---|---|---|',
    ...effects,
    '',
  ].join('\n');
}

describe('docs/upstream-events.md', () => {
  it('has the tables of the code', () => {
    const [intro = ''] = readFileSync(file, 'utf8').split(/^\| preset /m);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, intro + tables());
    expect(readFileSync(file, 'utf8')).toBe(intro + tables());
  });
});
