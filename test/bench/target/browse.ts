import { authorizeUrl, type Target } from '../hot/operations.ts';
import { formsOf, linksOf, type Form } from './forms.ts';
import type { Product } from './products.ts';

/** Who signs in, and at which product. */
export interface Person {
  product: Product;
  username: string;
  password: string;
}

const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Accept: text/html',
];
const FORM = ['Content-Type: application/x-www-form-urlencoded', 'Sec-Fetch-Site: same-origin'];
/** Pages and redirects, all together. */
const STEPS = 30;

/** What a sign-in ended with: the URL that the app was called with, and the Cookie line of the session. */
export interface SignedIn {
  location: string;
  cookie: string;
}

/**
 * Signs somebody in from the app's request to the code, as a browser without cookies would. Rejects with a sentence when a page
 * has no form that is known, or the same one comes again.
 */
export async function signInAt(target: Omit<Target, 'cookie'>, person: Person): Promise<SignedIn> {
  const cookies = new Map<string, string>();
  const cookie = () => `Cookie: ${[...cookies].map((pair) => pair.join('=')).join('; ')}`;
  let next: Request = { url: authorizeUrl(target), method: 'GET' };
  let typed = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const { url, method, fields } = next;
    const sent = fields ? [...FORM, `Origin: ${new URL(url).origin}`] : [];
    const body = fields ? new URLSearchParams(fields).toString() : undefined;
    const answer = await target.http(method, url, [...BROWSER, cookie(), ...sent], body);
    for (const line of answer.cookies) {
      const [pair = ''] = line.split(';', 1);
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const onward = answer.location || answer.refresh.replace(/^\d+;\s*url=/i, '');
    if (onward.startsWith(target.callback)) return { location: onward, cookie: cookie() };
    if (onward !== '') next = { url: new URL(onward, url).href, method: 'GET' };
    else {
      const found = filledIn(answer.text, url, person);
      if (!found) throw new Error(`${url} answered ${answer.status} with a page that has no known form`);
      if (found.typed && (typed += 1) > 2) throw new Error(`${url} did not take the name and the password`);
      next = found.request;
    }
  }
  throw new Error(`a sign-in did not end within ${STEPS} steps`);
}

interface Request {
  url: string;
  method: 'GET' | 'POST';
  fields?: [string, string][];
}

/** What a person would do next on a page. */
function filledIn(
  html: string,
  url: string,
  { product, username, password }: Person,
): { request: Request; typed: boolean } | undefined {
  const { consent, way } = product;
  const forms = formsOf(html, url);
  const login = forms.find(({ fields }) => fields.some(({ type, name }) => isText(type) && name === product.password));
  const first = forms.find(({ fields }) => fields.some(({ type, name }) => isText(type) && name === product.username));
  const form = login ?? first;
  if (form) {
    const typed = { [product.username]: username, ...(login && { [product.password]: password }) };
    return { request: submitted(form, product, typed), typed: true };
  }
  const agreeing = forms.find(({ fields }) => fields.some(({ name }) => name === consent?.name));
  if (agreeing && consent)
    return { request: submitted(agreeing, product, { [consent.name]: consent.value }), typed: false };
  const link = way === undefined ? undefined : linksOf(html, url).find((href) => href.includes(way));
  return link === undefined ? undefined : { request: { url: link, method: 'GET' }, typed: false };
}

/** A form as it is sent: what stands in it, what was typed, the boxes to tick, and the first button unless another was chosen. */
function submitted({ action, method, fields }: Form, { ticks = [] }: Product, typed: Record<string, string>): Request {
  const values: [string, string][] = [];
  let pressed = false;
  for (const { name, type, value } of fields) {
    if (name === '' || Object.hasOwn(typed, name)) continue;
    if (type === 'checkbox' || type === 'radio') {
      if (ticks.includes(name)) values.push([name, value || 'on']);
    } else if (type === 'submit' || type === 'image') {
      if (!pressed && !fields.some((field) => field.type === 'submit' && Object.hasOwn(typed, field.name)))
        values.push([name, value]);
      pressed = true;
    } else if (type !== 'button' && type !== 'reset') values.push([name, value]);
  }
  const all = [...values, ...Object.entries(typed)];
  if (method === 'POST') return { url: action, method, fields: all };
  return { url: `${action.split('?')[0]}?${new URLSearchParams(all).toString()}`, method };
}

function isText(type: string): boolean {
  return type === 'text' || type === 'email' || type === 'password' || type === 'tel';
}
