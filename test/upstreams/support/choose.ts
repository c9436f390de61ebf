import { chooseForm } from '../../support/http_browser/choose.ts';
import { entriesOf, readForms, type Fields } from '../../support/http_browser/forms.ts';
import { parseHtml } from '../../support/http_browser/html.ts';

/** What an upstream sends to the callback: by redirect, or by the POST of a page that goes on by itself. */
export interface SentBack {
  method: 'GET' | 'POST';
  url: string;
  params: URLSearchParams;
}

/** Goes through an upstream's page as a person would; `fields` is what somebody changes there about the person. */
export async function chooseAt(authorizationUrl: string, personaId: string, fields: Fields = {}): Promise<SentBack> {
  const shown = await fetch(authorizationUrl, { redirect: 'manual' });
  if (shown.status === 302) return redirected(shown);
  const [form] = readForms(parseHtml(await readable(shown)));
  const button = form?.buttons.find(({ value }) => value === personaId);
  if (!form || !button) throw new Error(`nobody at ${authorizationUrl} is ${personaId}`);
  const body = new URLSearchParams(entriesOf(form, fields, button));
  const url = new URL(form.action, authorizationUrl);
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  return answer.status === 302 ? redirected(answer) : posted(await readable(answer), url.href);
}

function redirected(answer: Response): SentBack {
  const url = answer.headers.get('location') ?? '';
  return { method: 'GET', url, params: new URL(url).searchParams };
}

function posted(html: string, from: string): SentBack {
  const { form, button } = chooseForm(readForms(parseHtml(html)), {}, from);
  return { method: 'POST', url: form.action, params: new URLSearchParams(entriesOf(form, {}, button)) };
}

async function readable(page: Response): Promise<string> {
  const html = await page.text();
  if (page.status !== 200) throw new Error(`the upstream shows an error page: ${html}`);
  return html;
}
