import { landing } from './landing_states.ts';
import { brand, said, type State } from './render.ts';

const visit = '/interaction/Vx3kQ';

const signup = {
  app: 'Wiki',
  action: `${visit}/signup`,
  loginAction: `${visit}/login`,
  upstreams: [],
  password: true,
  values: { email: '', name: '' },
  minLength: 15,
  maxLength: 128,
  problems: [],
};
const signupState = (name: string, page: Record<string, unknown>): State => ({
  view: 'sign_in/signup',
  name,
  screen: 'signup',
  title: 'sign_in.signup.title',
  page: { ...signup, ...page },
});

const invitation = (state: 'usable' | 'expired' | 'used_up' | 'unknown' | 'closed', more: Record<string, unknown>) =>
  landing('invitation', state, `sign_in.invitation.${state}.title`, {
    text: said(`sign_in.invitation.${state}.text`, { brand: 'Acme' }),
    ...more,
  });
const signIn = { next: { label: said('landing.sign_in'), href: '/account' } };
const submit = said('sign_in.invitation.submit');

const acceptTerms = {
  app: 'Wiki',
  email: 'mina.seo@example.com',
  version: '2026-11',
  action: `${visit}/accept-terms`,
  cancelAction: `${visit}/cancel`,
};

/** Who may sign up, and what they agree to. */
export const signupStates: State[] = [
  signupState('invited', { fixedEmail: 'mina.seo@example.com' }),
  signupState('terms', { terms: '2026-11' }),
  {
    ...signupState('terms-missing', {
      terms: '2026-11',
      problems: [{ field: 'terms', text: said('sign_in.problems.terms_missing') }],
    }),
    brand: { ...brand, privacy: undefined },
  },
  signupState('terms-ticked', {
    terms: '2026-11',
    values: { email: 'mina', name: '', terms: '2026-11' },
    problems: [{ field: 'email', text: said('sign_in.problems.email_invalid') }],
  }),
  invitation('usable', { submit, aside: said('sign_in.invitation.bound', { address: 'm•••@example.com' }) }),
  ...(['expired', 'used_up', 'unknown', 'closed'] as const).map((state) => invitation(state, signIn)),
  {
    view: 'sign_in/accept_terms',
    name: 'first',
    screen: 'accept-terms',
    title: 'sign_in.accept_terms.title',
    page: { ...acceptTerms, again: false },
  },
  {
    view: 'sign_in/accept_terms',
    name: 'changed',
    screen: 'accept-terms',
    title: 'sign_in.accept_terms.changed',
    brand: { ...brand, privacy: undefined },
    page: { ...acceptTerms, again: true },
  },
];
