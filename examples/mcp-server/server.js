/**
 * An MCP server over streamable HTTP that knows who is calling. To OAuth it is an API like any other: apps that come without a token
 * are told where its metadata is (RFC 9728), find the issuer there, and come back with a token for this server alone.
 */
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, PORT = '8082', RESOURCE = `http://127.0.0.1:${PORT}/mcp` } = process.env;
const SCOPE = 'who-am-i';

const resource = new URL(RESOURCE);
const issuer = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
if (issuer.issuer !== ISSUER) throw new Error(`${ISSUER} says that it is ${issuer.issuer}`);
const keys = createRemoteJWKSet(new URL(issuer.jwks_uri));

/** Believes JWT access tokens (RFC 9068) of the issuer for this server, and no other. */
const verifier = {
  async verifyAccessToken(token) {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: RESOURCE,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'client_id', 'exp'],
    }).catch((error) => {
      if (/^ERR_(JWT|JWS|JWKS_NO|JOSE_ALG|JOSE_NOT)/.test(error.code))
        throw new InvalidTokenError('not for this server');
      throw error;
    });
    // Bound to a key of its app, whose proof nobody checks here.
    if (payload.cnf !== undefined) throw new InvalidTokenError('bound to a key');
    return {
      token,
      clientId: payload.client_id,
      scopes: (payload.scope ?? '').split(' '),
      expiresAt: payload.exp,
      extra: { subject: payload.sub },
    };
  },
};

/** The server of one request: it keeps no session, so that any process can answer the next one. */
function createServer() {
  const server = new McpServer({ name: 'gatehouse-example', version: '1.0.0' });
  server.registerTool(
    'who_am_i',
    { title: 'Who am I', description: 'Says who is calling, and through which app.' },
    ({ authInfo }) => ({
      content: [{ type: 'text', text: `You are ${authInfo.extra.subject}, and came through ${authInfo.clientId}.` }],
    }),
  );
  return server;
}

// Answers requests to this host alone, so that no page of a browser can reach it under another name (DNS rebinding).
const app = createMcpExpressApp({ host: '0.0.0.0', allowedHosts: [resource.hostname] });
app.use(mcpAuthMetadataRouter({ oauthMetadata: issuer, resourceServerUrl: resource, scopesSupported: [SCOPE] }));

const letIn = requireBearerAuth({
  verifier,
  requiredScopes: [SCOPE],
  resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
});
app.post(resource.pathname, letIn, async (req, res) => {
  const server = createServer();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  res.on('close', () => server.close());
  await server.connect(transport);
  await transport.handleRequest(req, res, req.body);
});
// There is nothing to listen to and no session to end.
app.all(resource.pathname, (_req, res) => res.set('allow', 'POST').sendStatus(405));

app.listen(Number(PORT), '127.0.0.1', (error) => {
  // Express tells here, too, that it cannot listen: the port may be taken.
  if (error) throw error;
  console.log(`Listening as ${RESOURCE}`);
});
