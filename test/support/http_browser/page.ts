import { readForms, upstreamLinks, type Form } from './forms.ts';
import { findAll, findByAttribute, parseHtml, textOf, type Element } from './html.ts';
import type { Exchange } from './transport.ts';

/** What the browser shows after a navigation. */
export interface Page {
  url: string;
  status: number;
  headers: Exchange['headers'];
  body: string;
  document: Element;
  title: string;
  /** `data-page` of `<main>`: which screen this is. */
  screen?: string;
  /** `data-error`: the code of an error page. */
  error?: string;
  /** The reference that the page shows (`data-reference`). */
  reference?: string;
  /** What a person reads in `<main>`. */
  text: string;
  /** The text of the first `role="alert"`. */
  alert?: string;
  forms: Form[];
  links: { text: string; href: string }[];
  /** The upstreams the page offers, in order. */
  upstreams: string[];
  /** Every exchange of this navigation, the last one being this page. */
  hops: Exchange[];
  /** Where the browser would have opened an app: the navigation ended at a URL that is not http. Status is then 0. */
  external?: string;
  /** The body as JSON, of the shape that the caller expects. */
  json<T = Record<string, unknown>>(): T;
}

/** Reads the end of a navigation. */
export function readPage(hops: Exchange[], external?: string): Page {
  const last = hops.at(-1);
  const body = external === undefined ? (last?.body ?? '') : '';
  const isHtml = external === undefined && (last?.headers['content-type'] ?? '').includes('html');
  const document = parseHtml(isHtml ? body : '');
  const main = findAll(document, (element) => element.name === 'main')[0];
  const marked = (attribute: string) => findByAttribute(document, attribute)?.attributes[attribute] || undefined;
  const reference = findByAttribute(document, 'data-reference');
  const alert = findAll(document, (element) => element.attributes['role'] === 'alert')[0];
  const title = findAll(document, (element) => element.name === 'title')[0];
  const forms = readForms(document);
  return {
    url: external ?? last?.url ?? '',
    status: external === undefined ? (last?.status ?? 0) : 0,
    headers: external === undefined ? (last?.headers ?? {}) : {},
    body,
    document,
    title: title ? textOf(title) : '',
    screen: marked('data-page'),
    error: marked('data-error'),
    reference: reference ? textOf(reference) || reference.attributes['data-reference'] : undefined,
    text: isHtml ? textOf(main ?? document) : body,
    alert: alert ? textOf(alert) : undefined,
    forms,
    links: findAll(document, (element) => element.name === 'a' && 'href' in element.attributes).map((element) => ({
      text: textOf(element),
      href: element.attributes['href'] ?? '',
    })),
    upstreams: [
      ...forms.flatMap((form) => form.buttons.flatMap((button) => button.upstream ?? [])),
      ...upstreamLinks(document).map((link) => link.upstream),
    ],
    hops,
    external,
    // The caller says what it expects, which spares every test an assertion of its own.
    json: <T>() => JSON.parse(body) as T,
  };
}
