import type { KoaContextWithOIDC } from 'oidc-provider';
import type { OidcDeps } from '../deps.ts';
import { asContext } from '../protocol_errors.ts';
import { isDocumentAllowed } from '../registration/document_hosts.ts';
import type { ProtocolFeature } from './feature.ts';

/** Bytes, as the draft asks for in its section on the size of documents. */
const LONGEST_DOCUMENT = 5 * 1024;

/** Seconds, whatever the host of a document says: so often it may be asked, and so long a change of it may wait. */
const KEPT = { min: 60, max: 3600 };

/** Clients whose id is the URL of their metadata. The library keeps a hundred documents at most, and asks once for many at once. */
export const clientIdMetadata: ProtocolFeature = {
  key: 'client_id_metadata',
  specification: 'OAuth Client ID Metadata Document, draft 02',
  on: (protocol) => protocol.client_id_metadata !== false,
  configuration: ({ client_id_metadata: settings }, deps) => ({
    features: {
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        allowFetch: async (ctx, clientId) =>
          settings !== false && isDocumentAllowed(clientId, settings.allow) && (await withinPace(deps(), ctx)),
        cacheDuration: KEPT,
      },
    },
    fetchResponseBodyLimits: { 'client_id metadata document': LONGEST_DOCUMENT },
  }),
};

/** Our own pages ask for what an app has had fetched: outside of its requests there is nobody to count. */
async function withinPace({ limits, web }: OidcDeps, ctx: KoaContextWithOIDC | undefined): Promise<boolean> {
  return ctx === undefined || (await limits.take('client_document_address', web.clientAddress(asContext(ctx)))).ok;
}
