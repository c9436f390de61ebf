import { brand, said } from './render.ts';
import type { State } from './render.ts';
import { signIn } from './sign_in_states.ts';

const visit = '/interaction/Vx3kQ';

const away = { app: 'Wiki', switchAction: `${visit}/start-again`, cancelAction: `${visit}/cancel`, problems: [] };
const secondFactor = {
  ...away,
  email: 'mina.seo@example.com',
  action: `${visit}/second-factor`,
  otherPath: `${visit}/choose-method`,
  trustSeconds: 30 * 86_400,
};
const recoveryCode = { ...away, action: `${visit}/recovery-code`, otherPath: `${visit}/choose-method` };
const methods = ['passkey', 'totp', 'recovery_code'].map((way) => ({ way, href: `${visit}/${way}` }));
const enrolment = (
  name: string,
  view: 'enrol_factor' | 'enrol_totp' | 'enrol_codes',
  page: Record<string, unknown>,
): State => ({
  view: `sign_in/${view}`,
  name,
  screen: 'enrol-factor',
  title:
    view === 'enrol_factor'
      ? 'sign_in.enrol_factor.title'
      : `sign_in.enrol_factor.${view === 'enrol_totp' ? 'totp' : 'codes'}_title`,
  page: { ...away, ...page },
});
const newApp = {
  action: `${visit}/enrol-factor/totp`,
  totp: {
    text: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
    uri: 'otpauth://totp/Acme:mina.seo%40example.com?issuer=Acme&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    qr: { size: 29, path: 'M4,4h7v1h-7z' },
  },
};
const newCodes = {
  action: `${visit}/enrol-factor/codes`,
  download: `${visit}/enrol-factor/codes.txt`,
  codes: ['7F3K-2H9Q-DMXW', 'B2C4-D6E8-F0G1'],
};

/** The second step of a sign-in: asked for, and set up. */
export const secondStepStates: State[] = [
  signIn('asked', 'second_factor', secondFactor),
  signIn('only-way', 'second_factor', { ...secondFactor, otherPath: undefined, trustSeconds: 0 }),
  signIn('wrong', 'second_factor', {
    ...secondFactor,
    problems: [{ field: 'code', text: said('sign_in.problems.totp_wrong') }],
  }),
  signIn('reused', 'second_factor', {
    ...secondFactor,
    problems: [{ field: 'code', text: said('sign_in.problems.totp_reused') }],
  }),
  signIn('asked', 'recovery_code', recoveryCode),
  signIn('wrong', 'recovery_code', {
    ...recoveryCode,
    problems: [{ field: 'code', text: said('sign_in.problems.recovery_code_wrong') }],
  }),
  signIn('reused', 'recovery_code', {
    ...recoveryCode,
    problems: [{ field: 'code', text: said('sign_in.problems.recovery_code_reused') }],
  }),
  signIn('all', 'choose_method', { ...away, ways: methods }),
  { ...signIn('no-support', 'choose_method', { ...away, ways: methods }), brand: { ...brand, support: undefined } },
  enrolment('both', 'enrol_factor', {
    passkeyPath: `${visit}/enrol-factor/passkey`,
    totpAction: `${visit}/enrol-factor`,
  }),
  enrolment('app-only', 'enrol_factor', { totpAction: `${visit}/enrol-factor` }),
  enrolment('nothing', 'enrol_factor', {}),
  enrolment('new', 'enrol_totp', newApp),
  enrolment('wrong', 'enrol_totp', {
    ...newApp,
    problems: [{ field: 'code', text: said('sign_in.problems.totp_wrong') }],
  }),
  enrolment('new', 'enrol_codes', newCodes),
  enrolment('not-saved', 'enrol_codes', {
    ...newCodes,
    problems: [{ field: 'saved', text: said('sign_in.problems.codes_not_saved') }],
  }),
];
