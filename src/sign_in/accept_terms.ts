import { goOnProven, isOld, isStale, startOver } from './finish.ts';
import { atStep, pathOf } from './steps.ts';

/** Asks whoever is proven to agree to the terms in force. There is no session before that. */
export const showAcceptTerms = atStep('accept-terms', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  const { terms } = deps.signup();
  const account = await accounts.find(step.accountId);
  // Nothing is asked any more, or too late: showing a page never signs anybody in.
  if (!terms || isOld(step)) return startOver(deps, ctx, visit);
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
      version: terms.version,
      action: pathOf(visit, 'accept-terms'),
      cancelAction: pathOf(visit, 'cancel'),
    },
  });
});

/** Counts for the version that the page has shown; when that is another one by now, the page comes once more. */
export const submitAcceptTerms = atStep('accept-terms', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  const { terms: ticked } = await web.form(ctx);
  const { terms } = deps.signup();
  if (isStale(await accounts.find(step.accountId), step)) return startOver(deps, ctx, visit);
  if (terms && ticked !== terms.version) return showAcceptTerms(deps, ctx, visit);
  if (terms) await accounts.acceptTerms(step.accountId, terms.version);
  await goOnProven(deps, ctx, visit, step);
});
