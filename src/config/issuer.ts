import { isLoopbackHost } from '../outbound/index.ts';

interface IssuerProblem {
  rule: string;
  message: string;
  accepted?: string;
}

/**
 * What is wrong with an issuer (OpenID Connect Discovery 3 and 4.1, RFC 8414 2). An issuer is an origin exactly as a URL
 * parser writes it: clients compare it as a string.
 */
export function issuerProblems(issuer: string, mode: 'development' | 'production'): IssuerProblem[] {
  const url = URL.parse(issuer);
  if (!url || !isWebUrl(issuer)) {
    return [
      {
        rule: 'issuer_url',
        message: 'the issuer must be a URL',
        accepted: 'an origin such as https://id.acme.example',
      },
    ];
  }
  const problems: IssuerProblem[] = [];
  const origin = url.origin;
  if (url.username || url.password)
    problems.push({ rule: 'issuer_credentials', message: 'the issuer has no name or password in it' });
  if (issuer.includes('?')) problems.push({ rule: 'issuer_query', message: 'the issuer has no query' });
  if (issuer.includes('#')) problems.push({ rule: 'issuer_fragment', message: 'the issuer has no fragment' });
  if (url.pathname !== '/') problems.push({ rule: 'issuer_path', message: 'the issuer has no path' });
  else if (/\/($|[?#])/.test(issuer.slice(url.protocol.length + 2))) {
    problems.push({ rule: 'issuer_trailing_slash', message: 'the issuer has no trailing slash' });
  }
  if (problems.length === 0 && issuer !== origin) {
    problems.push({
      rule: 'issuer_spelling',
      message: 'clients compare the issuer letter by letter: write it in its plain form',
    });
  }
  const shown = problems.map((problem) => ({ ...problem, accepted: origin }));
  if (url.protocol === 'https:') return shown;
  if (mode === 'production')
    shown.push({
      rule: 'issuer_http_in_production',
      message: 'mode: production needs https',
      accepted: origin.replace('http:', 'https:'),
    });
  else if (!isLoopback(issuer))
    shown.push({
      rule: 'issuer_http',
      message: 'only a loopback issuer may be http',
      accepted: origin.replace('http:', 'https:'),
    });
  return shown;
}

/** True for what a browser can open at all. */
export function isWebUrl(issuer: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(issuer)?.protocol ?? '');
}

/** True for an issuer that only this machine can reach. */
export function isLoopback(issuer: string): boolean {
  const host = URL.parse(issuer)?.hostname;
  return host !== undefined && isLoopbackHost(host);
}

/** The port that an issuer names, or the one its scheme implies. */
export function portOf(issuer: string): number | undefined {
  const url = URL.parse(issuer);
  if (!url) return undefined;
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}
