import type { Context } from 'koa';
import { maskAddress } from '../kit/addresses.ts';
import { deadLink, mountLanding, type LandingPage } from '../web/index.ts';
import { askingOf } from './asking.ts';
import { linkedPage } from './linked_page.ts';
import type { AccountPagesDeps } from './page_deps.ts';

/** The landing pages of the links mailed to a new address and to the one before, in whichever browser they are opened. */
export function mountAddressLinks(deps: AccountPagesDeps): void {
  mountConfirmation(deps);
  mountUndo(deps);
}

function mountConfirmation({ web, selfService: { addressChange } }: AccountPagesDeps): void {
  const end =
    (name: 'confirmed' | 'used' | 'taken', status?: number) =>
    (ctx: Context): LandingPage => {
      const t = web.t(ctx);
      const next = { label: t('landing.sign_in'), href: '/account/profile' };
      const title = t(`account.address_confirm.${name}.title`);
      return { title, text: t(`account.address_confirm.${name}.text`), next, status };
    };
  mountLanding(web, {
    path: '/account/address/confirm',
    screen: 'address-confirm',
    look: async (ctx, token) =>
      linkedPage(web, ctx, await addressChange.look(token), {
        used: end('used'),
        question: (t, { address, account }) => ({
          title: t('account.address_confirm.title'),
          // Whoever did not ask for this should see whose account would get their address.
          text: t('account.address_confirm.question', {
            account: maskAddress(account.address?.stored ?? ''),
            address: address.stored,
            brand: web.brand.name,
          }),
          aside: t('account.address_confirm.whose'),
          submit: t('account.address_confirm.submit'),
        }),
      }),
    async act(ctx, token) {
      const changed = await addressChange.confirm(token, askingOf(web, ctx));
      return changed.ok ? 'confirmed' : changed.reason;
    },
    ends: {
      confirmed: end('confirmed'),
      used: end('used'),
      taken: end('taken', 409),
      expired: (ctx) => deadLink(web, ctx),
    },
  });
}

function mountUndo({ web, selfService: { addressChange } }: AccountPagesDeps): void {
  const end =
    (name: 'used' | 'taken', status?: number) =>
    (ctx: Context): LandingPage => {
      const t = web.t(ctx);
      return { title: t(`account.address_undo.${name}.title`), text: t(`account.address_undo.${name}.text`), status };
    };
  mountLanding(web, {
    path: '/account/address/undo',
    screen: 'address-undo',
    look: async (ctx, token) =>
      linkedPage(web, ctx, await addressChange.lookAtUndo(token), {
        used: end('used'),
        question: (t, { address }) => ({
          title: t('account.address_undo.title'),
          text: t('account.address_undo.question', { address: address.stored, brand: web.brand.name }),
          aside: t('account.address_undo.effect'),
          submit: t('account.address_undo.submit'),
        }),
      }),
    async act(ctx, token) {
      const undone = await addressChange.undo(token, askingOf(web, ctx));
      return undone.ok ? undone.next : undone.reason;
    },
    ends: { used: end('used'), taken: end('taken', 409), expired: (ctx) => deadLink(web, ctx) },
  });
}
