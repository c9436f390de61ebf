import { longLifetimes } from '../clients/index.ts';
import { developmentOf, type Development } from './own_settings.ts';
import { isLoopback, isWebUrl, issuerProblems, portOf } from './issuer.ts';
import { isLoopbackHost } from '../outbound/index.ts';
import type { Known } from './known.ts';
import type { Path } from './tree.ts';

/** Something that no single key can tell. */
export interface Finding {
  path: Path;
  rule: string;
  message: string;
  accepted?: string;
  /** For a key that means nothing: those it may have been meant to be. */
  candidates?: readonly string[];
  /** The process may start all the same. */
  warning?: true;
  /** It would not be said in mode development. */
  production?: true;
}

type Mode = 'development' | 'production';

/** All rules that span several keys. `present` tells whether the file has a key at all, valid or not. */
export function crossFieldFindings(known: Known, present: (key: string) => boolean): Finding[] {
  const mode = known.mode;
  if (!mode) return [];
  const development = developmentOf(mode, known.development ?? {});
  return [
    ...issuerFindings(known, mode),
    ...conveniences(known, mode, development),
    ...exposedConveniences(known, development),
    ...crowdedConveniences(known, development),
    ...missingKeys(present, development).map((finding) => because(mode, finding)),
    ...missingMail(known, present, development).map((finding) => because(mode, finding)),
    ...upstreamFindings(known, development),
    ...openDoors(known, mode, present),
    ...longLived(known),
    ...strangersCertificates(known),
  ];
}

function because(mode: Mode, finding: Finding): Finding {
  return mode === 'production' ? { ...finding, production: true } : finding;
}

function issuerFindings({ issuer, http }: Known, mode: Mode): Finding[] {
  if (issuer === undefined) return [];
  const findings: Finding[] = issuerProblems(issuer, mode).map((problem) => {
    const finding = { path: ['issuer'], ...problem };
    return problem.rule === 'issuer_http_in_production' ? because(mode, finding) : finding;
  });
  const port = portOf(issuer);
  // An https issuer has a proxy in front, which has a port of its own.
  const direct = isLoopback(issuer) && issuer.startsWith('http:');
  if (findings.length === 0 && http && direct && port !== http.port) {
    const message = `the issuer names port ${port}, but port ${http.port} is listened on`;
    findings.push({ path: ['issuer'], rule: 'issuer_port', message, warning: true });
  }
  return findings;
}

function conveniences(known: Known, mode: Mode, development: Development): Finding[] {
  const real =
    mode === 'production' || (known.issuer !== undefined && isWebUrl(known.issuer) && !isLoopback(known.issuer));
  if (!real) return [];
  const on = Object.entries(development).flatMap(([name, isOn]) => (isOn ? [name] : []));
  if (on.length === 0) return [];
  const names = on.map((name) => `development.${name}`).join(', ');
  const why = mode === 'production' ? 'for mode: development only' : 'for a loopback issuer only';
  // One finding and one block: several blocks, each pasted into the file, would be the same key several times.
  const finding = {
    path: ['development', ...(on.length === 1 ? on : [])],
    rule: 'development_convenience',
    message: `${names} ${on.length === 1 ? 'is' : 'are'} ${why}`,
    accepted: `development: { ${on.map((name) => `${name}: false`).join(', ')} }`,
  };
  return [because(mode, finding)];
}

/** Whoever reaches the port can read the mails of the mailbox, codes included, whatever Host they say. */
function exposedConveniences({ http }: Known, development: Development): Finding[] {
  const on = (['mailbox', 'demo', 'simulator'] as const).filter((name) => development[name]);
  if (!http || isLoopbackHost(http.host) || on.length === 0) return [];
  const message = `${http.host} may be reached from outside, and with it ${on.join(', ')} of development mode`;
  return [{ path: ['http', 'host'], rule: 'exposed_development', message, warning: true }];
}

/** They keep what they know in their process: the next request may meet another one. */
function crowdedConveniences({ http }: Known, development: Development): Finding[] {
  const on = (['demo', 'simulator'] as const).filter((name) => development[name]);
  if (!http || http.processes === 1 || on.length === 0) return [];
  const message = `${on.map((name) => `development.${name}`).join(' and ')} can only be served by one process`;
  const accepted = `1, or development: { ${on.map((name) => `${name}: false`).join(', ')} }`;
  return [{ path: ['http', 'processes'], rule: 'development_processes', message, accepted }];
}

function missingKeys(present: (key: string) => boolean, development: Development): Finding[] {
  if (development.generated_keys) return [];
  const message = 'this key is required: only development mode generates it';
  const accepted = '32 bytes in base64, for instance ${file:/run/secrets/gatehouse-key}';
  return ['encryption_key', 'subject_salt']
    .filter((key) => !present(key))
    .map((key) => ({ path: [key], rule: 'missing_key', message, accepted }));
}

function missingMail({ mail }: Known, present: (key: string) => boolean, development: Development): Finding[] {
  if (development.mailbox || mail?.smtp || (present('mail') && !mail)) return [];
  const message = 'this key is required: without the development mailbox, mail needs a server';
  return [{ path: ['mail', 'smtp'], rule: 'missing_key', message, accepted: 'smtps://name:password@host:465' }];
}

function upstreamFindings({ upstreams }: Known, development: Development): Finding[] {
  const message = 'without credentials only the simulator can play this upstream, and it is off';
  return upstreams
    .filter(({ enabled, client_id }) => enabled && !client_id && !development.simulator)
    .map(({ index }) => ({ path: ['upstreams', index, 'client_id'], rule: 'missing_credentials', message }));
}

function longLived({ lifetimes }: Known): Finding[] {
  const message = 'whoever steals this can use it for so long';
  return longLifetimes(lifetimes).map((name) => {
    return { path: ['lifetimes', name], rule: 'long_lifetime', message, warning: true };
  });
}

function openDoors(known: Known, mode: Mode, present: (key: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  if (mode === 'production' && known.limits?.enabled === false) {
    findings.push({
      path: ['limits', 'enabled'],
      rule: 'limits_off',
      message: 'only development mode may run without limits',
      production: true,
    });
  }
  if (known.signup?.allow === 'domains' && known.signup.domains.length === 0) {
    const message = 'signup.allow: domains needs the domains';
    findings.push({
      path: ['signup', 'domains'],
      rule: 'missing_key',
      message,
      accepted: 'a list such as [acme.example]',
    });
  }
  if (known.signup && known.signup.allow !== 'domains' && known.signup.domains.length > 0) {
    const message = `domains restrict nothing while signup.allow is ${known.signup.allow}`;
    findings.push({
      path: ['signup', 'domains'],
      rule: 'unused_domains',
      message,
      accepted: 'signup: { allow: domains }',
    });
  }
  if (known.signup?.terms && known.brand && known.brand.terms === undefined) {
    const message = 'signup.terms needs brand.terms, the page that people agree to';
    findings.push({ path: ['signup', 'terms'], rule: 'missing_key', message, accepted: 'brand: { terms: https://… }' });
  }
  if (mode === 'production' && !present('database')) {
    const message = 'without database.url the embedded PostgreSQL serves: one machine, and backups are yours to make';
    findings.push({ path: ['mode'], rule: 'embedded_database', message, warning: true });
  }
  return findings;
}

/** Without a trusted proxy in front, whoever asks would say himself which certificate he has (RFC 8705 6.5). */
function strangersCertificates({ protocol, http }: Known): Finding[] {
  if (!protocol?.mutual_tls || !http || http.trusted_hops > 0) return [];
  const message = 'mutual_tls needs the proxy in front of us that ends TLS and tells the certificate';
  return [{ path: ['protocol', 'mutual_tls'], rule: 'proxy_missing', message, accepted: 'http: { trusted_hops: 1 }' }];
}
