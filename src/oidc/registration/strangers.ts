import { errors } from 'oidc-provider';
import { RETURN_URIS, returnUriProblem, WEB_URIS, webUriProblem } from '../../clients/index.ts';
import { isLoopbackHost } from '../../outbound/index.ts';

/** What the settings allow an app that nobody of the organisation has looked at. */
export interface Bounds {
  grant_types: readonly string[];
  scopes: readonly string[];
  redirect_uris: readonly ('https' | 'loopback' | 'custom')[];
  require_pkce: boolean;
  /** Whether what we fetch from it may be on this machine. */
  loopback: boolean;
  /** The id, when it is the URL of the document that we read (OAuth Client ID Metadata Document). */
  document?: string;
}

type Metadata = Record<string, unknown>;

const MOST = 20;
const LONGEST_NAME = 100;
const LONGEST = 2000;
/** Bytes: some keys with their certificates. */
const LONGEST_KEY_SET = 16_384;

/** A document is read at a visit and not at a registration: what would make us call further hosts is not taken from one. */
const NOT_IN_DOCUMENTS = [
  'sector_identifier_uri',
  'backchannel_logout_uri',
  'backchannel_client_notification_endpoint',
  'initiate_login_uri',
  'subject_type',
];

/**
 * Judges what a stranger says of itself, and fills in what it leaves open, in place. Types are the library's to check: what
 * is not of its type is left alone here. Throws the library's InvalidClientMetadata (RFC 7591 3.2.2).
 */
export function judgeStranger(metadata: Metadata, bounds: Bounds): void {
  if (bounds.document !== undefined) for (const name of NOT_IN_DOCUMENTS) delete metadata[name];
  boundSizes(metadata);
  if (isOnDevice(metadata)) metadata['application_type'] = 'native';
  for (const name of RETURN_URIS) for (const uri of texts(metadata[name])) judgeReturn(metadata, bounds, name, uri);
  for (const name of WEB_URIS) judgeWebUri(metadata, bounds, name);
  nameIt(metadata);
  limitGrantTypes(metadata, bounds);
  limitScope(metadata, bounds);
  if (!bounds.require_pkce) metadata['require_pkce'] = false;
}

function refuse(sentence: string): never {
  throw new errors.InvalidClientMetadata(sentence);
}

function boundSizes(metadata: Metadata): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (Array.isArray(value) && value.length > MOST) refuse(`${name} has more than ${MOST} entries`);
    if ([value].flat().some((each) => typeof each === 'string' && each.length > LONGEST)) refuse(`${name} is too long`);
  }
  const keys = metadata['jwks'];
  if (keys !== undefined && JSON.stringify(keys).length > LONGEST_KEY_SET) refuse('jwks is too long');
}

/** A public app that listens on loopback runs on its person's machine, though hardly any of them says so (RFC 8252 7.3). */
function isOnDevice(metadata: Metadata): boolean {
  const isPublic = metadata['token_endpoint_auth_method'] === 'none';
  return isPublic && texts(metadata['redirect_uris']).some((uri) => kindOf(uri) === 'loopback');
}

function judgeReturn(metadata: Metadata, bounds: Bounds, name: string, uri: string): void {
  const native = metadata['application_type'] === 'native';
  const problem = returnUriProblem(uri, { native, development: false });
  if (problem) refuse(`${name}: ${problem.message}`);
  const kind = kindOf(uri);
  if (!bounds.redirect_uris.includes(kind)) refuse(`${name}: no ${kind} URI may be registered here`);
  // Whoever may write the document is who may have the codes, where a browser can tell.
  if (kind === 'https' && bounds.document !== undefined && originOf(uri) !== originOf(bounds.document))
    refuse(`${name}: a URI lies on another origin than the document`);
}

function kindOf(uri: string): 'https' | 'loopback' | 'custom' {
  const url = URL.parse(uri);
  if (url?.protocol === 'https:') return 'https';
  return url?.protocol === 'http:' && isLoopbackHost(url.hostname) ? 'loopback' : 'custom';
}

function originOf(uri: string): string | undefined {
  return URL.parse(uri)?.origin;
}

function judgeWebUri(metadata: Metadata, { loopback }: Bounds, name: string): void {
  const uri = metadata[name];
  const problem = typeof uri === 'string' ? webUriProblem(uri, loopback) : undefined;
  if (problem) refuse(`${name}: ${problem.message}`);
}

/** What people read of it; they are told elsewhere that it chose the name itself. */
function nameIt(metadata: Metadata): void {
  const name = metadata['client_name'];
  if (typeof name === 'string' && (name.length > LONGEST_NAME || /\p{C}/u.test(name) || name.trim() === ''))
    refuse(`client_name has at most ${LONGEST_NAME} visible characters`);
  const [uri = ''] = texts(metadata['redirect_uris']);
  metadata['client_name'] ??= URL.parse(uri)?.host || metadata['client_id'];
}

/** The library itself takes the implicit flow from whoever has no response type of it, and gives it to whoever has. */
function limitGrantTypes(metadata: Metadata, { grant_types: allowed, document }: Bounds): void {
  const asked = metadata['grant_types'];
  if (!Array.isArray(asked)) return;
  const taken = asked.filter((type) => type === 'implicit' || allowed.includes(String(type)));
  // A document is written for many issuers; a registration is for this one.
  if (taken.length === asked.length || (document !== undefined && taken.length > 0)) metadata['grant_types'] = taken;
  else refuse(`grant_types: ${allowed.join(', ')} may be registered here`);
}

/** What it asks for of ours, or all that it may ask for: a client without `scope` would be let ask for everything. */
function limitScope(metadata: Metadata, { scopes }: Bounds): void {
  const { scope } = metadata;
  if (scope !== undefined && typeof scope !== 'string') return;
  const asked = new Set(scope?.split(' '));
  const both = scopes.filter((each) => asked.has(each));
  metadata['scope'] = (both.length > 0 ? both : scopes).join(' ');
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
