/** One field or button of a form. */
interface Field {
  name: string;
  type: string;
  value: string;
}

/** A form of a page, as much of it as is needed to fill it in. */
export interface Form {
  action: string;
  method: 'GET' | 'POST';
  fields: Field[];
}

/** The forms of a page in their order, with whole URLs. Reads what browsers would, of pages that are written with care. */
export function formsOf(html: string, base: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', inside = '']) => ({
    action: new URL(attribute(tag, 'action') ?? '', base).href,
    method: attribute(tag, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    fields: [...inside.matchAll(/<(input|button)\b([^>]*)>/gi)].map(([, element = '', attributes = '']) => ({
      name: attribute(attributes, 'name') ?? '',
      type: (attribute(attributes, 'type') ?? (element.toLowerCase() === 'button' ? 'submit' : 'text')).toLowerCase(),
      value: attribute(attributes, 'value') ?? '',
    })),
  }));
}

/** Where the links of a page lead. */
export function linksOf(html: string, base: string): string[] {
  return [...html.matchAll(/<a\b([^>]*)>/gi)].flatMap(([, tag = '']) => {
    const href = attribute(tag, 'href');
    return href === undefined ? [] : [new URL(href, base).href];
  });
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag);
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value === undefined ? undefined : unescaped(value);
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return ENTITIES[name] ?? whole;
  });
}
