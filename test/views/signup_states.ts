import { landing } from './landing_states.ts';
import { said, type State } from './render.ts';

const visit = '/interaction/Vx3kQ';

const signup = {
  app: 'Wiki',
  action: `${visit}/signup`,
  loginAction: `${visit}/login`,
  upstreams: [],
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

/** Who may sign up. */
export const signupStates: State[] = [
  signupState('invited', { fixedEmail: 'mina.seo@example.com' }),
  invitation('usable', { submit, aside: said('sign_in.invitation.bound', { address: 'm•••@example.com' }) }),
  ...(['expired', 'used_up', 'unknown', 'closed'] as const).map((state) => invitation(state, signIn)),
];
