import { answerDialogue, type Dialogue } from './dialogue.ts';
import { mistakeIn, scopesOf } from './check_authorization.ts';
import { clientMistake } from './check_client.ts';
import { discoveryDocument } from './discovery.ts';
import { createGrants, type Grants } from './grants.ts';
import { idTokenFor } from './id_token.ts';
import {
  bearerOf,
  form,
  json,
  type Answer,
  type ProviderDeps,
  type SimulatedProvider,
  type SimulatedRequest,
} from './provider.ts';
import type { Shape, TokenWrong } from './shape.ts';
import { rfcTokenError } from './token_error.ts';

interface Context {
  shape: Shape;
  deps: ProviderDeps;
  grants: Grants;
}
type Route = (request: SimulatedRequest) => Promise<Answer> | Answer;

/** Plays one provider: its page, tokens, profile, keys, revocation, and discovery where it has one. */
export function createProvider(shape: Shape, deps: ProviderDeps): SimulatedProvider {
  const context: Context = { shape, deps, grants: createGrants(shape.codeSeconds) };
  const routes = routesOf(context);
  const canonical = shape.canonical ?? ((path: string) => path);
  return {
    prefix: shape.prefix,
    answer: async (request) => routes[`${request.method} ${canonical(request.path)}`]?.(request),
  };
}

function routesOf(context: Context): Record<string, Route> {
  const { shape } = context;
  const { paths, resources = {} } = shape;
  const routes: Record<string, Route> = {
    [`GET ${paths.authorize}`]: (request) => answerDialogue(dialogueOf(context, request), request),
    [`POST ${paths.authorize}`]: (request) => answerDialogue(dialogueOf(context, request), request),
    [`POST ${paths.token}`]: (request) => answerTokenRequest(context, request, request.form),
  };
  if (shape.tokenByGet) routes[`GET ${paths.token}`] = (request) => answerTokenRequest(context, request, request.query);
  if (paths.keys) routes[`GET ${paths.keys}`] = () => keySet(context);
  if (paths.revoke) routes[`POST ${paths.revoke}`] = (request) => revocation(context, request);
  if (paths.discovery) routes[`GET ${paths.discovery}`] = () => discovery(context);
  for (const name of Object.keys(resources)) routes[name] = (request) => resource(context, name, request);
  return routes;
}

function dialogueOf({ shape, deps, grants }: Context, request: SimulatedRequest): Dialogue {
  return {
    ...deps,
    provider: shape.name,
    action: `/${shape.prefix}${request.path}`,
    fragment: shape.fragment ?? '',
    refuse(params) {
      const mistake = mistakeIn(params, shape, deps.client);
      if (!mistake) return undefined;
      const { wrong, message } = mistake;
      const error = shape.returned?.[wrong];
      const status = wrong === 'client' && !shape.pages?.client ? 401 : 400;
      return { status, message, ...(error ? { returned: { error, error_description: message } } : {}) };
    },
    admit: (persona) => shape.admit?.(persona, request) ?? persona,
    granted(params, persona) {
      const grant = {
        persona,
        redirectUri: params.get('redirect_uri') ?? '',
        scope: scopesOf(params, shape),
        nonce: params.get('nonce') ?? undefined,
        challenge: params.get('code_challenge') ?? undefined,
      };
      return { code: grants.issueCode(grant), ...shape.callback?.(grant, grants.consent(persona.subject)) };
    },
    cancelled: () => shape.cancelled,
  };
}

async function answerTokenRequest(
  context: Context,
  request: SimulatedRequest,
  params: URLSearchParams,
): Promise<Answer> {
  const { shape, deps, grants } = context;
  const { client, tamper } = deps;
  const asForm = shape.formUnlessJson && !request.headers.accept?.includes('application/json');
  const refuse = (wrong: TokenWrong) => {
    const answer = (shape.tokenError ?? rfcTokenError)(wrong);
    return asForm ? form(answer.status, JSON.parse(answer.body)) : answer;
  };
  const mistake = await clientMistake(shape, request, params, client);
  if (mistake) return refuse(mistake);
  const type = params.get('grant_type') ?? 'authorization_code';
  const other = shape.otherGrants?.[type];
  if (other) return other({ request, client, revoke: (value) => grants.revoke(value) });
  if (type !== 'authorization_code') return refuse('grant_type');
  const verifier = params.get('code_verifier');
  if (shape.pkce === 'refused' && verifier !== null) return refuse('verifier_unwanted');
  const redeemed = grants.redeem(params.get('code') ?? '', params.get('redirect_uri'), verifier);
  if (!redeemed.ok) return refuse(redeemed.reason);
  const body = await tokensFor(context, redeemed.grant);
  const said = tamper?.tokenBody?.(body) ?? body;
  return asForm ? form(200, said) : json(200, said);
}

async function tokensFor({ shape, deps, grants }: Context, grant: Parameters<Grants['issueCode']>[0]) {
  const { prefix, type, expires_in, refresh } = shape.tokens;
  const accessToken = grants.issueToken(prefix, grant);
  const idToken = await idTokenFor(shape, deps, grant, accessToken);
  const delimiter = shape.scopes?.delimiter;
  return {
    access_token: accessToken,
    token_type: type,
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(typeof delimiter === 'string' ? { scope: grant.scope.join(delimiter) } : {}),
    ...(refresh === undefined ? {} : { refresh_token: grants.issueRefreshToken(refresh) }),
    ...(idToken === undefined ? {} : { id_token: idToken }),
  };
}

function resource({ shape, deps, grants }: Context, name: string, request: SimulatedRequest): Answer {
  const { client, tamper } = deps;
  const grant = grants.grantOf(bearerOf(request) ?? '');
  if (!grant) return (shape.unauthorized ?? unauthorized)();
  const answer = shape.resources?.[name]?.({ request, client, grant }) ?? unauthorized();
  if (!tamper?.profile || answer.status !== 200) return answer;
  return { ...answer, body: JSON.stringify(tamper.profile(JSON.parse(answer.body), request.path)) };
}

async function keySet({ shape, deps }: Context): Promise<Answer> {
  const made = await deps.keys.keySet();
  const keys = shape.idToken?.keySet?.(made) ?? made;
  return json(200, deps.tamper?.keySet?.(keys) ?? keys, { 'cache-control': 'public, max-age=19800' });
}

/** RFC 7009, but a stranger's token is told apart: tests want to know whether the right one ended. */
async function revocation({ shape, deps, grants }: Context, request: SimulatedRequest): Promise<Answer> {
  const mistake =
    shape.client === 'either' ? undefined : await clientMistake(shape, request, request.form, deps.client);
  if (mistake) return (shape.tokenError ?? rfcTokenError)(mistake);
  if (grants.revoke(request.form.get('token') ?? request.query.get('token') ?? '')) return json(200, {});
  return json(400, { error: 'invalid_token', error_description: 'Token expired or revoked' });
}

function discovery({ shape, deps }: Context): Answer {
  const document = discoveryDocument(shape, deps.base);
  return json(200, deps.tamper?.discovery?.(document) ?? document);
}

function unauthorized(): Answer {
  const body = { error: 'invalid_token', error_description: 'Invalid Credentials' };
  return json(401, body, { 'www-authenticate': 'Bearer error="invalid_token"' });
}
