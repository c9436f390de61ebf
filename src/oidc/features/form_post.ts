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
  // No refusal is a form either, whatever is refused first: the library tells of it before it looks how to answer.
  register: (provider) => void provider.on('authorization.error', forgetForms).on('server_error', forgetForms),
};

function refuseForms(_ctx: KoaContextWithOIDC, mode: unknown): void {
  if (isForm(mode)) throw new errors.UnsupportedResponseMode();
}

function forgetForms({ oidc }: Partial<KoaContextWithOIDC>): void {
  if (oidc?.params && isForm(oidc.params['response_mode'])) oidc.params['response_mode'] = undefined;
}

function isForm(mode: unknown): boolean {
  return typeof mode === 'string' && FORMS.includes(mode);
}
