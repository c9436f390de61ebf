import { said, type State } from './render.ts';

/** A page behind a mailed link. */
export const landing = (screen: string, name: string, title: State['title'], page: Record<string, unknown>): State => ({
  view: 'landing',
  name: `${screen} ${name}`,
  screen,
  title,
  page: { action: `/${screen}`, token: 'x7Gk2', ...page },
});

const signIn = { label: said('landing.sign_in'), href: '/account' };
const address = 'mina.seo@example.com';

/** The pages behind mailed links. */
export const landingStates: State[] = [
  ...(['nothing', 'disconnected', 'account'] as const).map((outcome) =>
    landing('upstream-deletion', outcome, 'upstreams.deletion.title', {
      action: undefined,
      token: undefined,
      text: said(`upstreams.deletion.${outcome}`, { upstream: 'Facebook', brand: 'Acme' }),
      aside: said('upstreams.deletion.when', { at: '2026-11-21T17:01:09.000Z' }),
      next: { label: said('error_page.home'), href: '/' },
    }),
  ),
  landing('verify-email', 'dead', 'landing.dead.title', { text: said('landing.dead.text'), next: signIn }),
  landing('verify-email', 'question', 'sign_in.verify_email.title', {
    text: said('sign_in.verify_email.question', { address, brand: 'Acme' }),
    aside: said('sign_in.verify_email.signed_in_as', { address: 'bo@example.com' }),
    submit: said('sign_in.verify_email.submit'),
  }),
  ...(['confirmed', 'used', 'taken'] as const).map((end) =>
    landing('verify-email', end, `sign_in.verify_email.${end}.title`, {
      text: said(`sign_in.verify_email.${end}.text`),
      next: signIn,
    }),
  ),
];
