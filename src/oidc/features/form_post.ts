import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ProtocolFeature } from './feature.ts';

const FORMS = ['form_post', 'form_post.jwt'];

/** The library always knows the mode: while it is off, no request can have it and no client can ask for it. */
export const formPost: ProtocolFeature = {
  key: 'form_post',
  specification: 'OAuth 2.0 Form Post Response Mode',
  on: (protocol) => protocol.form_post,
  chosenBy: ['response_modes'],
  client({ response_modes: modes }, protocol) {
    if (protocol.form_post || !Array.isArray(modes) || !modes.some((mode) => FORMS.includes(mode))) return;
    throw new errors.InvalidClientMetadata(`response_modes can only contain ${SERVED}`);
  },
};

const SERVED = "'query' or 'fragment'";

/** The same in the place of the mode, for what never reaches a client's metadata. */
export const withoutFormPost: ProtocolFeature = {
  specification: 'OAuth 2.0 Form Post Response Mode',
  on: (protocol) => !protocol.form_post,
  configuration: () => ({ extraParams: { response_mode: refuseForms } }),
};

function refuseForms({ oidc }: KoaContextWithOIDC, mode: unknown): void {
  if (typeof mode !== 'string' || !FORMS.includes(mode)) return;
  // The refusal itself must not be a form either.
  if (oidc.params) oidc.params['response_mode'] = undefined;
  throw new errors.UnsupportedResponseMode();
}
