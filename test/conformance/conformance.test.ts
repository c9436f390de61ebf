import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.ts';
import { modules } from './modules/index.ts';
import { plans, type Plan } from './plans.ts';
import { playPlan } from './report.ts';
import { startStage, type Stage } from './stage.ts';

/** A whole run is `npm run conformance`; here some modules of each kind of plan keep it from growing stale. */
const SOME: [Plan['profile'], [plan: string, module: string][]][] = [
  [
    'conformance',
    [
      ['config', 'oidcc-discovery-endpoint-verification'],
      ['basic-static', 'oidcc-max-age-1'],
      ['basic-static', 'oidcc-refresh-token'],
      ['implicit', 'oidcc-prompt-none-logged-in'],
      ['hybrid-static', 'oidcc-codereuse-30seconds'],
      ['formpost-basic', 'oidcc-scope-all'],
      ['rp-initiated-logout', 'oidcc-rp-initiated-logout'],
      ['basic', 'oidcc-idtoken-signature'],
      ['dynamic-code', 'oidcc-registration-jwks-uri'],
      ['3rdparty-init-login', 'oidcc-3rd_party-init-login'],
      ['backchannel-logout', 'oidcc-backchannel-rp-initiated-logout'],
    ],
  ],
  [
    'conformance-fapi',
    [
      ['fapi2-security-profile', 'fapi2-security-profile-final-happy-flow'],
      ['fapi2-security-profile', 'fapi2-security-profile-final-refresh-token'],
    ],
  ],
];

describe.each(SOME)('config/%s.yaml', (profile, cases) => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let stage: Stage;

  beforeAll(async () => {
    database = await testDatabase();
    stage = await startStage({ profile, databaseUrl: database.url });
  });

  afterAll(async () => {
    await stage.stop();
    await database.drop();
  });

  it.each(cases)('passes of the plan %s the module %s', async (name, only) => {
    const [plan] = plans.filter((candidate) => candidate.name === name);
    const played = plan && (await playPlan(stage, plan, { only, say: () => {} }));
    expect(played?.modules.map(({ result, why }) => [result, ...why])).toContainEqual(['PASSED']);
    expect(played?.modules.filter(({ result }) => result !== 'PASSED')).toEqual([]);
  });
});

describe('the conformance harness', () => {
  it('has as many modules for each plan as the suite', () => {
    const counts = Object.fromEntries(plans.map(({ name, rows }) => [name, rows.length]));
    expect(counts).toEqual({
      config: 1,
      'basic-static': 35,
      basic: 38,
      'implicit-static': 54,
      implicit: 58,
      'hybrid-static': 96,
      hybrid: 102,
      'formpost-basic-static': 35,
      'formpost-basic': 38,
      'formpost-implicit-static': 54,
      'formpost-implicit': 58,
      'formpost-hybrid-static': 96,
      'formpost-hybrid': 102,
      'dynamic-code': 23,
      'dynamic-code-id_token': 22,
      'dynamic-code-token': 22,
      'dynamic-code-id_token-token': 22,
      'dynamic-id_token': 18,
      'dynamic-id_token-token': 19,
      '3rdparty-init-login': 2,
      'rp-initiated-logout': 11,
      'backchannel-logout': 2,
      'frontchannel-logout': 2,
      'session-management': 2,
      'fapi2-security-profile': 56,
    });
  });

  it('has no module that no plan has', () => {
    const named = new Set(plans.flatMap(({ rows }) => rows.map(({ module }) => module)));
    expect(Object.keys(modules).filter((module) => !named.has(module))).toEqual([]);
  });
});
