import * as client from 'openid-client';
import { agent, answerPrompt, login, visitAt, type Agent, type Answer, type World } from '../oidc/support.ts';

/** What an app knows: the issuer, its id, and what it proves itself with. Everything else is found by discovery. */
export function app(
  world: World,
  id: string,
  authentication: client.ClientAuth,
  metadata: Partial<client.ClientMetadata> = {},
): Promise<client.Configuration> {
  // The issuer of a test is on a loopback http address.
  return client.discovery(new URL(world.issuer), id, metadata, authentication, {
    execute: [client.allowInsecureRequests],
  });
}

/** One trip of an app, with all that it must compare afterwards. */
export interface Trip {
  parameters: Record<string, string>;
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string };
}

/** Begins a trip as a careful app does. */
export async function tripTo(redirectUri: string, extra: Record<string, string> = {}): Promise<Trip> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  return {
    parameters: {
      redirect_uri: redirectUri,
      scope: 'openid email',
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...extra,
    },
    checks: { pkceCodeVerifier, expectedState, expectedNonce },
  };
}

/** A person follows a link of an app, signs in and allows what is asked; gives the last answer of ours. */
export async function follow(url: URL, browser: Agent = agent(url.origin)): Promise<Answer> {
  let answer = await browser.get(url.pathname + url.search);
  for (let step = 0; step < 4 && answer.location?.startsWith('/interaction/'); step += 1) {
    const { prompt } = await visitAt(browser, answer.location);
    answer = await answerPrompt(browser, answer.location, prompt.name === 'consent' ? { consent: true } : login());
  }
  return answer;
}

/** Where a person came back to the app. */
export async function comeBack(url: URL, browser?: Agent): Promise<URL> {
  const { location, status, text } = await follow(url, browser);
  if (location === undefined) throw new Error(`nobody came back: ${status} ${text}`);
  return new URL(location);
}

/** The whole of signing in with a code. */
export async function signInAt(
  config: client.Configuration,
  redirectUri: string,
  extra: Record<string, string> = {},
  { atToken = {}, ...options }: client.DPoPOptions & { atToken?: Record<string, string> } = {},
) {
  const { parameters, checks } = await tripTo(redirectUri, extra);
  const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
  return client.authorizationCodeGrant(config, back, checks, atToken, options);
}

/** Error and description with which a request of an app was refused. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'not refused',
    (error: unknown) => {
      if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError)
        return error.error;
      if (error instanceof client.WWWAuthenticateChallengeError) return error.cause[0]?.parameters.error ?? '';
      throw error;
    },
  );
}
