import {
  cleanBirthdate,
  cleanFlag,
  cleanLocale,
  cleanPage,
  cleanPhone,
  cleanPicture,
  cleanPostalAddress,
  cleanText,
  cleanZone,
  type CleanClaim,
} from './claim_values.ts';

/** One claim that can live on an account. */
interface ClaimRule {
  /** The scope that releases it (OIDC Core 5.4). */
  scope: 'profile' | 'address' | 'phone';
  clean: CleanClaim<unknown>;
  /** What it takes, for whoever gave something else. */
  takes: string;
}

const text = { scope: 'profile', clean: cleanText, takes: 'a line of up to 200 characters' } as const;
const page = { scope: 'profile', clean: cleanPage, takes: 'an http or https URL' } as const;

/**
 * The standard claims that a profile holds (OIDC Core 5.1): the one source of what is let in, exported, and released by
 * which scope. `preferred_username` is what somebody likes to be called: not unique, and nobody is found by it.
 */
export const claimTable = {
  name: text,
  family_name: text,
  given_name: text,
  middle_name: text,
  nickname: text,
  preferred_username: text,
  profile: page,
  picture: { scope: 'profile', clean: cleanPicture, takes: 'an https URL' },
  website: page,
  gender: text,
  birthdate: {
    scope: 'profile',
    clean: cleanBirthdate,
    takes: 'YYYY-MM-DD, 0000-MM-DD or YYYY, from 1850 until today',
  },
  zoneinfo: { scope: 'profile', clean: cleanZone, takes: 'the name of a time zone, such as Asia/Seoul' },
  locale: { scope: 'profile', clean: cleanLocale, takes: 'a language tag, such as ko-KR' },
  address: {
    scope: 'address',
    clean: cleanPostalAddress,
    takes: 'an object of formatted, street_address, locality, region, postal_code, country, each a text',
  },
  phone_number: { scope: 'phone', clean: cleanPhone, takes: 'an E.164 number, such as +82212345678' },
  phone_number_verified: { scope: 'phone', clean: cleanFlag, takes: 'true or false' },
} as const satisfies Record<string, ClaimRule>;

/** The name of a claim that a profile holds. */
export type ClaimName = keyof typeof claimTable;

/** What a profile holds: every claim that has a value, as its cleaner gave it. */
export type ProfileClaims = {
  [Name in ClaimName]?: Exclude<ReturnType<(typeof claimTable)[Name]['clean']>, undefined>;
};

/** The claims of a profile with their rules, in the order of the standard. */
export const claimRules = Object.entries(claimTable) as [ClaimName, ClaimRule][]; // Object.entries forgets the names.

/** Every claim by the scope that releases it (OIDC Core 5.4), also those that do not stand in the profile. */
export function claimsByScope(): Record<ClaimRule['scope'] | 'email' | 'groups', string[]> {
  const ofScope = (scope: ClaimRule['scope']) =>
    claimRules.flatMap(([name, rule]) => (rule.scope === scope ? [name] : []));
  return {
    profile: [...ofScope('profile'), 'updated_at'],
    email: ['email', 'email_verified'],
    address: ofScope('address'),
    phone: ofScope('phone'),
    // Of no standard, and what most products ask for by this name.
    groups: ['groups'],
  };
}
