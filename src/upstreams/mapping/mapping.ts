import { z } from 'zod';
import { conditionSchema, holds, pathsOfCondition, type Condition } from './conditions.ts';
import { applyRule, claimRuleSchema, hasBadAddress, pathsOfRule, type ClaimRule } from './rules.ts';
import type { Conversion } from './values.ts';

/** How far an upstream's word about an address goes, the least first. */
export const trustLevels = ['unverified', 'verified', 'authoritative'] as const;
/** One of these levels. */
export type Trust = (typeof trustLevels)[number];

/** How far an address is believed: the first rule that holds decides, else `default`. */
interface EmailTrust {
  default: Trust;
  rules: { when: Condition; then: Trust }[];
}

/** The claims we know, each with the conversion it gets unless its rule says otherwise. */
const claimConversions = {
  name: 'string',
  given_name: 'string',
  family_name: 'string',
  email: 'email',
  picture: 'https-url',
} as const satisfies Record<string, Conversion>;
type ClaimName = keyof typeof claimConversions;
type ClaimMap = Partial<Record<ClaimName, ClaimRule>>;

/** What becomes of an upstream's answers. The subject is the preset's and no setting can change it. */
export interface Mapping {
  subject: ClaimRule;
  claims: ClaimMap;
  /** Further attributes to keep, by the name they are kept under. */
  extra: Record<string, ClaimRule>;
  email_trust: EmailTrust;
  /** When the address is a forwarding alias that belongs to nobody else. */
  email_relay?: Condition | undefined;
}

/** The long form of `email_trust` in the config file. */
export const emailTrustSchema: z.ZodType<EmailTrust> = z.strictObject({
  default: z.enum(trustLevels),
  rules: z.array(z.strictObject({ when: conditionSchema, then: z.enum(trustLevels) })),
});
/** `claims` in the config file. */
export const claimMapSchema: z.ZodType<ClaimMap> = z.strictObject(
  Object.fromEntries(Object.keys(claimConversions).map((name) => [name, claimRuleSchema.optional()])),
);
/** `extra` in the config file. */
export const extraSchema = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/), claimRuleSchema);

/** The mapped claims: what was found, converted; nothing else. */
interface MappedClaims {
  subject?: string;
  claims: Partial<Record<ClaimName, string>>;
  extra: Record<string, string | boolean>;
  email?: { value: string; trust: Trust; relay: boolean };
  /** Something came as an address that is none. */
  badAddress?: true;
}

/** Maps the answers of an upstream, by source name, to claims. Never throws on what an upstream sends. */
export function mapClaims(mapping: Mapping, sources: Readonly<Record<string, unknown>>): MappedClaims {
  const subject = applyRule(mapping.subject, sources, 'id-string');
  const claims: Partial<Record<ClaimName, string>> = {};
  for (const [name, conversion] of entriesOf(claimConversions)) {
    const rule = mapping.claims[name];
    const found =
      rule && applyRule({ ...rule, as: conversion === 'string' ? rule.as : conversion }, sources, conversion);
    if (typeof found === 'string') claims[name] = found;
  }
  const extra: Record<string, string | boolean> = {};
  for (const [name, rule] of Object.entries(mapping.extra)) {
    const found = applyRule(rule, sources);
    if (found !== undefined) extra[name] = found;
  }
  const mapped: MappedClaims = { claims, extra };
  if (typeof subject === 'string') mapped.subject = subject;
  if (claims.email !== undefined) mapped.email = judgeEmail(mapping, claims.email, { ...sources, claims });
  const address = mapping.claims.email;
  if (address && hasBadAddress(address, sources)) mapped.badAddress = true;
  return mapped;
}

/** Every path that a mapping reads, sorted, so that a page can say what we take and a start can check the sources. */
export function pathsOfMapping(mapping: Mapping): string[] {
  const rules = [mapping.subject, ...Object.values(mapping.claims), ...Object.values(mapping.extra)];
  const conditions = mapping.email_trust.rules.map((rule) => rule.when);
  if (mapping.email_relay) conditions.push(mapping.email_relay);
  return [...new Set([...rules.flatMap(pathsOfRule), ...conditions.flatMap(pathsOfCondition)])].toSorted();
}

function judgeEmail(mapping: Mapping, value: string, roots: Record<string, unknown>) {
  const rule = mapping.email_trust.rules.find(({ when }) => holds(when, roots));
  const relay = mapping.email_relay !== undefined && holds(mapping.email_relay, roots);
  return { value, trust: rule?.then ?? mapping.email_trust.default, relay };
}

/** Object.entries keeps the key type here because the object is a literal of our own. */
function entriesOf<K extends string, V>(object: Record<K, V>): [K, V][] {
  return Object.entries(object) as [K, V][];
}
