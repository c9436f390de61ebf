import { isDeepStrictEqual } from 'node:util';
import { errors, type AuthorizationDetail, type KoaContextWithOIDC } from 'oidc-provider';
import { checkOf } from '../authorization_details/check_detail.ts';
import type { AuthorizationTypes } from '../authorization_details/type_settings.ts';
import type { ProtocolFeature } from './feature.ts';

/** Characters of all details of a request: a person reads them on one page. */
const LONGEST = 8000;

/**
 * Authorization in detail: types that the settings know, for clients that name them, asked of the person each time and also
 * for one of our own apps. What was allowed goes along with the code and its tokens, and is never kept for another request.
 */
export const richAuthorizationRequests: ProtocolFeature = {
  key: 'rich_authorization_requests',
  specification: 'RFC 9396',
  on: (protocol) => protocol.rich_authorization_requests !== false,
  configuration({ rich_authorization_requests: settings }) {
    const types = typesOf(settings === false ? {} : settings.types);
    return {
      features: {
        richAuthorizationRequests: {
          enabled: true,
          types,
          // The library asks the person for each request that has details, and comes here once they allowed them.
          authorizationDetailsForGrantSource: (ctx) => (ctx.oidc.result?.consent ? allowedNow(ctx, types) : undefined),
          authorizationDetailsForAccessToken: ({ oidc }, token, source) =>
            placedAt(token.aud, chosen(askedIn(oidc.params), source ? (source.rar ?? []) : undefined)),
          authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
        },
      },
    };
  },
  clientKeys: ['authorization_details_types'],
  adminKeys: ['authorization_details_types'],
};

type CheckedTypes = ReturnType<typeof typesOf>;

function typesOf(types: AuthorizationTypes) {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const problemOf = checkOf(name, type);
      return [
        name,
        {
          validate(ctx: KoaContextWithOIDC, detail: AuthorizationDetail): void {
            const problem = refusalOf(ctx) ?? problemOf(detail);
            if (problem !== undefined) throw new errors.InvalidAuthorizationDetails(problem);
          },
        },
      ];
    }),
  );
}

/** What speaks against any detail here; which types a client may ask for the library knows. */
function refusalOf({ oidc }: KoaContextWithOIDC): string | undefined {
  // Whoever approves there sees no details.
  if (oidc.route === 'backchannel_authentication') return 'details are not taken without a browser';
  return String(oidc.params?.['authorization_details']).length > LONGEST
    ? `more than ${LONGEST} characters`
    : undefined;
}

/** The details of a request, which the library has parsed once already. */
function askedIn(params: Record<string, unknown> | undefined): AuthorizationDetail[] | undefined {
  const text = params?.['authorization_details'];
  // Each was checked against its type.
  return typeof text === 'string' ? (JSON.parse(text) as AuthorizationDetail[]) : undefined;
}

/**
 * What a person allowed, by the settings of now: their page leaves out what these have no words for, so that nobody has seen a
 * detail that was taken before they changed.
 */
function allowedNow(ctx: KoaContextWithOIDC, types: CheckedTypes): AuthorizationDetail[] | undefined {
  const { client, params } = ctx.oidc;
  const allowed: unknown = client?.['authorizationDetailsTypes'];
  const details = askedIn(params);
  for (const detail of details ?? []) {
    const isForClient = Array.isArray(allowed) && allowed.includes(detail.type);
    const type = isForClient && Object.hasOwn(types, detail.type) ? types[detail.type] : undefined;
    if (!type) throw new errors.InvalidAuthorizationDetails('this is not taken any more');
    type.validate(ctx, detail);
  }
  return details;
}

/** RFC 9396 6.1: of what was allowed, what the token request names, letter by letter. A service has no one to allow it. */
function chosen(
  asked: AuthorizationDetail[] | undefined,
  allowed: readonly AuthorizationDetail[] | undefined,
): AuthorizationDetail[] | undefined {
  if (!asked || !allowed) return asked ?? (allowed && [...allowed]);
  if (asked.every((detail) => allowed.some((each) => isDeepStrictEqual(each, detail)))) return asked;
  throw new errors.InvalidAuthorizationDetails('this is more than was allowed');
}

/** A detail that names its places is for the APIs among them alone (RFC 9396 2.2). */
function placedAt(
  audience: string | string[] | undefined,
  details: AuthorizationDetail[] | undefined,
): AuthorizationDetail[] | undefined {
  return details?.filter(({ locations }) => {
    return (
      !Array.isArray(locations) || audience === undefined || [audience].flat().some((each) => locations.includes(each))
    );
  });
}
