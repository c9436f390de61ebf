import type { Context } from 'koa';
import { parseAddress } from '../kit/addresses.ts';
import { addressProblems, problem, refusedForNow, type Shown } from '../web/index.ts';
import { mountAddressLinks } from './address_links.ts';
import { askingOf } from './asking.ts';
import type { Person } from './frame.ts';
import type { AccountPagesDeps } from './page_deps.ts';

const PATH = '/account/address';
const PROFILE = '/account/profile';

/** `/account/address`: another address, which counts from when the link mailed to it was opened, and its two landing pages. */
export function mountAddress(deps: AccountPagesDeps): void {
  const { frame, selfService } = deps;
  frame.page({ path: PATH, fresh: true, show: (ctx, person) => show(deps, ctx, person, '', {}) });
  frame.form({
    path: PATH,
    page: PATH,
    fresh: true,
    submit: (ctx, person, { email = '' }) => submit(deps, ctx, person, email),
  });
  frame.form({
    path: `${PATH}/cancel`,
    page: PROFILE,
    async submit(ctx, { account }) {
      await selfService.addressChange.cancel(account.id);
      frame.done(ctx, PROFILE, 'cancelled');
    },
  });
  mountAddressLinks(deps);
}

async function submit(deps: AccountPagesDeps, ctx: Context, person: Person, email: string): Promise<void> {
  const { web, frame, selfService } = deps;
  const t = web.t(ctx);
  const again = (shown: Shown) => show(deps, ctx, person, email, shown);
  const address = parseAddress(email);
  if (!address) return again({ status: 422, problems: addressProblems(t, email, address) });
  const started = await selfService.addressChange.start(person.session, address, askingOf(web, ctx));
  if (started.ok) return frame.done(ctx, PROFILE, 'sent');
  if (started.reason === 'too_many') {
    return again(refusedForNow(ctx, t, started.retryAfter, 'account.address.problems.too_many'));
  }
  return again({ status: 422, problems: [problem(t, `account.address.problems.${started.reason}`, 'email')] });
}

async function show(
  { web, frame }: AccountPagesDeps,
  ctx: Context,
  person: Person,
  email: string,
  { status, problems = [] }: Shown,
): Promise<void> {
  await frame.render(ctx, person, {
    view: 'account/address',
    screen: 'account-address',
    tab: 'profile',
    title: web.t(ctx)('account.address.title'),
    status,
    locals: { current: person.account.address?.stored, values: { email }, problems },
  });
}
