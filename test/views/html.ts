/** One tag of a page with its attributes, as written by Pug: every value quoted. */
export interface Tag {
  name: string;
  attributes: Record<string, string>;
  /** The nearest form around it, counted from the top of the page; undefined outside of forms. */
  form?: number;
}

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z:_-]+(?:="[^"]*")?)*)\s*\/?>/g;
const ATTRIBUTE = /([a-zA-Z:_-]+)(?:="([^"]*)")?/g;

/** All opening tags of a page in order. Enough for our own output; this is no parser for the web. */
export function tagsOf(html: string): Tag[] {
  const tags: Tag[] = [];
  let forms = 0;
  let form: number | undefined;
  for (const [, closing, name = '', attributes = ''] of html.matchAll(TAG)) {
    if (name === 'form') form = closing ? undefined : forms++;
    if (closing) continue;
    const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key, value] as const);
    tags.push({ name, attributes: Object.fromEntries(pairs), form });
  }
  return tags;
}

/** The text of the first element of this name, without tags. */
export function textOf(html: string, name: string): string | undefined {
  return new RegExp(`<${name}[^>]*>(.*?)</${name}>`, 's').exec(html)?.[1]?.replaceAll(/<[^>]*>/g, '');
}
