import type { SimulatedPreset } from '../presets/all.ts';
import type { cast } from './cast.ts';
import type { Persona } from './persona.ts';

/** Who has an account at one provider, and how its ids look. */
export interface People {
  /** An id that ends in these digits. */
  subject: (tail: string) => string;
  who: readonly (Omit<Persona, 'id' | 'subject' | 'name' | 'given_name' | 'family_name'> & { is: keyof typeof cast })[];
  /** What the provider says about the address of the twin. */
  twin?: Partial<Persona>;
}

/** Microsoft's tenant of personal accounts. */
export const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';
const ORGANISATION = '11111111-2222-3333-4444-555555555555';

const NO_ADDRESS = 'No address at all';

/** The people of every provider: as far as it can have them, an address of its own, one checked elsewhere, one never checked, none. */
export const people: Record<SimulatedPreset, People> = {
  google: {
    subject: (tail) => `11${tail.padStart(19, '0')}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada.example@gmail.com',
        email_verified: true,
        picture: 'https://lh3.googleusercontent.com/a/ada=s96-c',
        hint: 'Gmail address: Google is the authority for it',
      },
      {
        is: 'grace',
        email: 'grace@workspace.example',
        email_verified: true,
        hosted_domain: 'workspace.example',
        hint: 'Workspace account: its organisation is the authority for the address',
      },
      {
        is: 'alan',
        email: 'alan@elsewhere.example',
        email_verified: true,
        hint: 'Verified once, in a mailbox that Google does not own',
      },
      { is: 'una', email: 'una@unverified.example', email_verified: false, hint: 'The address was never verified' },
      { is: 'noor', hint: NO_ADDRESS },
    ],
  },
  facebook: {
    subject: (tail) => `1022${tail.padStart(13, '0')}`,
    who: [
      {
        is: 'ada',
        email: 'ada.f@social.example',
        picture: 'https://platform-lookaside.fbsbx.com/simulated',
        hint: 'Has an address; Facebook does not say whether it was checked',
      },
      { is: 'noor', hint: 'Signed up by phone: no address at all' },
    ],
  },
  github: {
    subject: (tail) => `583231${tail.padStart(3, '0')}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@github.example',
        email_verified: true,
        picture: 'https://avatars.githubusercontent.com/u/583231042?v=4',
        hint: 'Her primary address is verified, and private',
      },
      { is: 'una', email: 'una@github.example', email_verified: false, hint: 'Never confirmed her primary address' },
      { is: 'noor', hint: 'Shows nothing but a noreply address' },
    ],
  },
  x: {
    subject: (tail) => `22449900${tail}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@x.example',
        email_verified: true,
        picture: 'https://pbs.twimg.com/profile_images/42/ada_normal.jpg',
        hint: 'Has a confirmed address',
      },
      { is: 'noor', hint: 'Signed up by phone: no confirmed address' },
    ],
  },
  apple: {
    subject: (tail) => `000123.${tail.padStart(12, '0')}.0456`,
    twin: { email_verified: true },
    who: [
      { is: 'ada', email: 'ada@apple.example', email_verified: true, hint: 'Shares her address' },
      {
        is: 'ria',
        email: 'q7x2@private.icloud.com',
        email_verified: true,
        relay: true,
        hint: 'Hides her address: a relay forwards to it',
      },
      { is: 'una', email: 'una@apple.example', email_verified: false, hint: 'A managed account, address not verified' },
      { is: 'noor', hint: 'A managed account without an address' },
    ],
  },
  microsoft: {
    subject: (tail) => `AAAAAAAAAAAAAAAAAAAAA-${tail}`,
    twin: { tenant: ORGANISATION, domain_owner_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@contoso.example',
        tenant: ORGANISATION,
        domain_owner_verified: true,
        hint: 'Work account; her organisation owns the domain of the address',
      },
      {
        is: 'paul',
        email: 'paul@outlook.example',
        tenant: CONSUMERS,
        domain_owner_verified: true,
        hint: 'Personal account, of no organisation',
      },
      {
        is: 'una',
        email: 'una@contoso.example',
        tenant: ORGANISATION,
        hint: 'An address that any administrator may have typed',
      },
      { is: 'noor', tenant: ORGANISATION, hint: NO_ADDRESS },
    ],
  },
  linkedin: {
    subject: (tail) => `aBcDeF12${tail}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@linkedin.example',
        email_verified: true,
        picture: 'https://media.licdn.com/dms/image/ada',
        hint: 'Has a verified address',
      },
      { is: 'una', email: 'una@linkedin.example', email_verified: false, hint: 'The address was never verified' },
      { is: 'noor', hint: NO_ADDRESS },
    ],
  },
  discord: {
    subject: (tail) => `80351110${tail.padStart(9, '2')}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@discord.example',
        email_verified: true,
        picture: 'a_8342729096ea3675442027381ff50dfe',
        hint: 'Has a verified address and a moving picture',
      },
      { is: 'una', email: 'una@discord.example', email_verified: false, hint: 'The address was never verified' },
      { is: 'noor', hint: 'Signed up by phone: no address at all' },
    ],
  },
  gitlab: {
    subject: (tail) => `42000${tail}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@gitlab.example',
        email_verified: true,
        picture: 'https://gitlab.com/uploads/-/system/user/avatar/4200042/avatar.png',
        hint: 'Has a confirmed address',
      },
      { is: 'una', email: 'una@gitlab.example', email_verified: false, hint: 'The address was never confirmed' },
      { is: 'noor', hint: NO_ADDRESS },
    ],
  },
  kakao: {
    subject: (tail) => `37123${tail.padStart(5, '0')}`,
    twin: { email_verified: true },
    who: [
      {
        is: 'ada',
        email: 'ada@kakao.example',
        email_verified: true,
        picture: 'https://k.kakaocdn.net/dn/ada/img_640x640.jpg',
        hint: 'The address is valid and verified',
      },
      { is: 'una', email: 'una@kakao.example', email_verified: false, hint: 'The address was never verified' },
      { is: 'noor', hint: 'Agreed to nothing: no address, no profile' },
    ],
  },
  naver: {
    subject: (tail) => `Xy0pAq_${tail}`,
    who: [
      {
        is: 'ada',
        email: 'ada@naver.example',
        picture: 'https://phinf.pstatic.net/contact/ada.png',
        hint: 'Has a contact address; Naver does not say whether it was checked',
      },
      { is: 'noor', hint: 'Agreed to give no address' },
    ],
  },
  line: {
    subject: (tail) => `U${tail.padStart(32, '0')}`,
    who: [
      {
        is: 'ada',
        email: 'ada@line.example',
        picture: 'https://profile.line-scdn.net/ada',
        hint: 'Has an address; LINE does not say whether it was checked',
      },
      { is: 'alan', email: 'alan@line.example', native: true, hint: 'Came through the app: an ES256 token' },
      { is: 'noor', hint: NO_ADDRESS },
    ],
  },
};
