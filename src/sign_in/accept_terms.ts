import { goOnProven, isOld, isStale, startOver } from './finish.ts';
import { atStep, pathOf } from './steps.ts';

/** Asks whoever is proven to agree to the terms in force. There is no session before that. */
export const showAcceptTerms = atStep('accept-terms', async (deps, ctx, visit, step) => {
  const { web, accounts, signup } = deps;
  const account = await accounts.find(step.accountId);
  // Nothing is asked any more, or too late: showing a page never signs anybody in.
  if (!signup.terms || isOld(step)) return startOver(deps, ctx, visit);
  const again = account?.termsVersion !== undefined;
  await web.page(ctx, {
    view: 'sign_in/accept_terms',
    screen: 'accept-terms',
    title: web.t(ctx)(again ? 'sign_in.accept_terms.changed' : 'sign_in.accept_terms.title'),
    formTargets: [visit.formTarget],
    locals: {
      app: visit.client.name,
      email: account?.address?.stored,
      again,
      version: signup.terms.version,
      action: pathOf(visit, 'accept-terms'),
      cancelAction: pathOf(visit, 'cancel'),
    },
  });
});

/** Counts for the version that the page has shown; when that is another one by now, the page comes once more. */
export const submitAcceptTerms = atStep('accept-terms', async (deps, ctx, visit, step) => {
  const { web, accounts, signup } = deps;
  const { terms } = await web.form(ctx);
  if (isStale(await accounts.find(step.accountId), step)) return startOver(deps, ctx, visit);
  if (signup.terms && terms !== signup.terms.version) return showAcceptTerms(deps, ctx, visit);
  if (signup.terms) await accounts.acceptTerms(step.accountId, signup.terms.version);
  await goOnProven(deps, ctx, visit, step);
});
