import { chooseForm } from './choose.ts';
import { entriesOf } from './forms.ts';
import type { Page } from './page.ts';

/** Presses a button on the page of a simulated provider and gives where it leads, without going there. */
export async function callbackFor(page: Page, button: string): Promise<string> {
  const { form, button: pressed } = chooseForm(page.forms, { button }, page.url);
  const body = new URLSearchParams(entriesOf(form, {}, pressed));
  const answer = await fetch(new URL(form.action, page.url), { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('location') ?? '';
}
