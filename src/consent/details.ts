import type { Tag, Translate } from '../locales/index.ts';
import type { Label, Visit } from '../oidc/index.ts';

/** One thing that an app asks for in detail, in words. */
interface DetailLine {
  sentence: string;
  facts: { label: string; value: string }[];
}

/** What the visit asks for beyond scopes, in the language of the page (RFC 9396). What the app says is text, whatever is in it. */
export function describeAsked({ details }: Visit, t: Translate, tag: Tag): DetailLine[] {
  const said = (value: string | boolean | { label: Label }): string => {
    if (typeof value === 'boolean') return t(value ? 'consent.details.yes' : 'consent.details.no');
    return typeof value === 'string' ? value : inLanguage(value.label, tag);
  };
  return details.map(({ label, facts }) => ({
    sentence: inLanguage(label, tag),
    facts: facts.map(({ labels, values }) => ({
      label: labels.map((each) => inLanguage(each, tag)).join(': '),
      value: values.map(said).join(', '),
    })),
  }));
}

function inLanguage(label: Label, tag: Tag): string {
  if (typeof label === 'string') return label;
  return label[tag] ?? label['en'] ?? Object.values(label)[0] ?? '';
}
