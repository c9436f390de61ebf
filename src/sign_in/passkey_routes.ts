import { askAtLink, submitLinkPasskey } from './link_account.ts';
import { askAtEnrolment, showEnrolPasskey, submitEnrolPasskey } from './passkey_enrolment.ts';
import { askAtFactor, showPasskeyFactor, submitPasskeyFactor } from './passkey_factor.ts';
import { askAtLogin, submitPasskey } from './passkey_login.ts';
import { acceptOffer, askAtOffer, declineOffer, showOffer } from './passkey_offer.ts';
import { askAtSignup, submitPasskeySignup } from './passkey_signup.ts';
import type { VisitPage } from './steps.ts';

/** Where a visit asks for passkeys: each answer goes to a page of its own, and its options hang below that. */
export const passkeyPages: readonly VisitPage[] = [
  ['post', 'passkey', submitPasskey],
  ['post', 'passkey/options', askAtLogin],
  ['post', 'signup/passkey', submitPasskeySignup],
  ['post', 'signup/passkey/options', askAtSignup],
  ['post', 'link-account/passkey', submitLinkPasskey],
  ['post', 'link-account/passkey/options', askAtLink],
  ['get', 'second-factor/passkey', showPasskeyFactor],
  ['post', 'second-factor/passkey', submitPasskeyFactor],
  ['post', 'second-factor/passkey/options', askAtFactor],
  ['get', 'enrol-factor/passkey', showEnrolPasskey],
  ['post', 'enrol-factor/passkey', submitEnrolPasskey],
  ['post', 'enrol-factor/passkey/options', askAtEnrolment],
  ['get', 'passkey-offer', showOffer],
  ['post', 'passkey-offer', declineOffer],
  ['post', 'passkey-offer/passkey', acceptOffer('enrol')],
  ['post', 'passkey-offer/passkey/options', askAtOffer('enrol')],
  ['post', 'passkey-offer/quietly', acceptOffer('upgrade')],
  ['post', 'passkey-offer/quietly/options', askAtOffer('upgrade')],
];
