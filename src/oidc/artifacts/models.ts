/** How one model of the protocol engine is stored. */
export interface ArtifactModel {
  table: string;
  /** Columns beside id, payload and expires_at, each with the member of the payload that it holds. */
  columns: Readonly<Record<string, string>>;
  /** The column by which a stored row is found again to be saved: a session keeps its uid while its id changes. */
  key: 'id' | 'uid';
  /** False where the id is no secret: it stays plain and is joined on. */
  bearer: boolean;
  /** Encrypted before it is stored: the whole payload, or these members. */
  sealed: 'payload' | readonly string[];
  /** Redeemed once; kept until it expires so that reuse is seen. */
  consumable: boolean;
}

const plain: ArtifactModel = { table: '', columns: {}, key: 'id', bearer: true, sealed: [], consumable: false };
const ofGrant = { grant_id: 'grantId' };

/**
 * Requests in flight are sealed as a whole: their parameters may carry an ID token hint or the id of another artifact, and
 * nothing is ever searched in them. A session's `state` holds its anti-forgery secret and, while accounts are switched, the
 * way back to the interaction.
 */
export const models = {
  Session: {
    ...plain,
    table: 'sessions',
    columns: { uid: 'uid', account_id: 'accountId' },
    key: 'uid',
    sealed: ['state'],
  },
  Grant: { ...plain, table: 'grants', columns: { account_id: 'accountId', client_id: 'clientId' }, bearer: false },
  AuthorizationCode: { ...plain, table: 'authorization_codes', columns: ofGrant, consumable: true },
  AccessToken: { ...plain, table: 'access_tokens', columns: ofGrant },
  RefreshToken: { ...plain, table: 'refresh_tokens', columns: ofGrant, consumable: true },
  ClientCredentials: { ...plain, table: 'client_credentials' },
  Interaction: { ...plain, table: 'interactions', sealed: 'payload' },
  PushedAuthorizationRequest: { ...plain, table: 'pushed_authorization_requests', sealed: 'payload', consumable: true },
  DeviceCode: {
    ...plain,
    table: 'device_codes',
    columns: { ...ofGrant, user_code_hash: 'userCode' },
    sealed: 'payload',
    consumable: true,
  },
  BackchannelAuthenticationRequest: {
    ...plain,
    table: 'backchannel_authentication_requests',
    columns: ofGrant,
    sealed: 'payload',
    consumable: true,
  },
  // Its id is a hash already, made by the library.
  ReplayDetection: { ...plain, table: 'replay_detections', bearer: false },
  InitialAccessToken: { ...plain, table: 'initial_access_tokens' },
  RegistrationAccessToken: { ...plain, table: 'registration_access_tokens' },
} as const satisfies Record<string, ArtifactModel>;

export type ModelName = keyof typeof models;

/** The models whose rows belong to a grant and end with it. */
export const modelsOfGrant = [
  'AuthorizationCode',
  'AccessToken',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
] as const;
