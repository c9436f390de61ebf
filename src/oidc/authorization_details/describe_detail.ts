import type { AuthorizationTypes, DetailField, Label } from './type_settings.ts';

/** What an app asks for in detail, for a page: `value` is what the app said, a label of the settings, or yes and no. */
export interface AskedDetail {
  label: Label;
  facts: { labels: Label[]; values: (string | boolean | { label: Label })[] }[];
}

/** Checked details in the words of the settings, in their order. What has no words any more is left out with its type. */
export function describeDetails(types: AuthorizationTypes, details: unknown): AskedDetail[] {
  return (Array.isArray(details) ? details : []).filter(isMapping).flatMap((detail) => {
    const type = Object.entries(types).find(([name]) => name === detail['type'])?.[1];
    return type ? [{ label: type.label, facts: factsOf(type.fields, detail) }] : [];
  });
}

function factsOf(fields: Record<string, DetailField>, said: Record<string, unknown>): AskedDetail['facts'] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const values = [said[name] ?? []].flat();
    if (values.length === 0) return [];
    if (field.kind !== 'group')
      return [{ labels: [field.label], values: values.map((value) => toWords(field, value)) }];
    return values
      .filter(isMapping)
      .flatMap((value) => factsOf(field.fields, value))
      .map(({ labels, ...fact }) => ({ labels: [field.label, ...labels], ...fact }));
  });
}

function toWords(field: DetailField, value: unknown): string | boolean | { label: Label } {
  if (typeof value === 'boolean') return value;
  const label = field.kind === 'choice' ? field.values[String(value)] : undefined;
  return label === undefined ? String(value) : { label };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
