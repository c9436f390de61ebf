/** One form of a page of ours. */
export interface PageForm {
  /** Absolute. */
  action: string;
  /** Its hidden fields. */
  fields: Record<string, string>;
  /** The names of everything that can be filled in or pressed, with the value of a button. */
  names: Map<string, string>;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The forms of a page. Good for our own pages, whose HTML we write ourselves, and for no other one. */
export function readForms(html: string, base: string): PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inner = '']) => {
    const controls = [...inner.matchAll(/<(input|button)\b([^>]*)>/g)].map(([, , attributes = '']) => attributes);
    const named = controls.flatMap((control) => {
      const name = attribute(control, 'name');
      return name === undefined ? [] : [{ name, control, value: attribute(control, 'value') ?? '' }];
    });
    const hidden = named.filter(({ control }) => attribute(control, 'type') === 'hidden');
    return {
      action: new URL(attribute(head, 'action') ?? '', base).href,
      fields: Object.fromEntries(hidden.map(({ name, value }) => [name, value])),
      names: new Map(named.map(({ name, value }) => [name, value])),
    };
  });
}

/** Which screen it is, and what an error page says of itself. */
export function readScreen(html: string): { screen: string; error?: string; reference?: string } {
  const main = /<main\b([^>]*)>/.exec(html)?.[1] ?? '';
  const error = attribute(main, 'data-error');
  const reference = /data-reference[^>]*>([0-9A-Z-]+)</.exec(html)?.[1];
  return {
    screen: attribute(main, 'data-page') ?? '',
    ...(error !== undefined && { error }),
    ...(reference !== undefined && { reference }),
  };
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}=(?:"([^"]*)"|'([^']*)')`).exec(tag);
  const value = found?.[1] ?? found?.[2];
  return value?.replaceAll(/&(#?\w+);/g, (entity, word: string) => ENTITIES[word] ?? entity);
}
