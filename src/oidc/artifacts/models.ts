import type { AdapterPayload } from 'oidc-provider';

/** How one model of the protocol engine is stored. */
export interface ArtifactModel {
  table: string;
  /** Columns beside id, payload and expires_at, each with the member of the payload that it holds. */
  columns: Readonly<Record<string, string>>;
  /** The column by which a stored row is found again to be saved: a session keeps its uid while its id changes. */
  key: 'id' | 'uid';
  /** Characters of its ids, where those tell it from the other models that are asked about a token; absent: as `ANY_LENGTH`. */
  idLength?: number;
  /** False where the id is no secret: it stays plain and is joined on. */
  bearer: boolean;
  /** Encrypted before it is stored: the whole payload, or these members. */
  sealed: 'payload' | readonly string[];
  /** Whether the id stays in the payload: a person finds it by something else, and it is saved by an id not known then. */
  keepsId: boolean;
  /** Redeemed once; kept until it expires so that reuse is seen. Says with which error a second redemption ends. */
  consumable: false | 'grant' | 'request_uri';
  /** Saved once and never again: the insert itself decides who was first. */
  once: boolean;
  /**
   * Kept beyond its own time for as long as a visit that began with it may last (RFC 9126 4); a program that asks too late learns
   * that it is (RFC 8628 3.5).
   */
  outlivesVisit: boolean;
}

/** Characters of an id of 256 bits. Older releases gave it to all models. */
const ANY_LENGTH = 43;

const plain: ArtifactModel = {
  table: '',
  columns: {},
  key: 'id',
  bearer: true,
  sealed: [],
  keepsId: false,
  consumable: false,
  once: false,
  outlivesVisit: false,
};
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
  AuthorizationCode: { ...plain, table: 'authorization_codes', columns: ofGrant, consumable: 'grant' },
  // Whoever asks about a token rarely says of which kind it is: by its length it is looked for in one table alone.
  AccessToken: { ...plain, table: 'access_tokens', idLength: 44, columns: ofGrant },
  ClientCredentials: { ...plain, table: 'client_credentials', idLength: 45 },
  RefreshToken: { ...plain, table: 'refresh_tokens', idLength: 46, columns: ofGrant, consumable: 'grant' },
  Interaction: { ...plain, table: 'interactions', sealed: 'payload' },
  PushedAuthorizationRequest: {
    ...plain,
    table: 'pushed_authorization_requests',
    sealed: 'payload',
    consumable: 'request_uri',
    outlivesVisit: true,
  },
  DeviceCode: {
    ...plain,
    table: 'device_codes',
    columns: { ...ofGrant, user_code_hash: 'userCode' },
    sealed: 'payload',
    keepsId: true,
    consumable: 'grant',
    outlivesVisit: true,
  },
  BackchannelAuthenticationRequest: {
    ...plain,
    table: 'backchannel_authentication_requests',
    columns: { ...ofGrant, account_id: 'accountId' },
    sealed: 'payload',
    keepsId: true,
    consumable: 'grant',
    outlivesVisit: true,
  },
  // Its id is a hash already, made by the library.
  ReplayDetection: { ...plain, table: 'replay_detections', bearer: false, once: true },
  InitialAccessToken: { ...plain, table: 'initial_access_tokens' },
  RegistrationAccessToken: { ...plain, table: 'registration_access_tokens', columns: { client_id: 'clientId' } },
} as const satisfies Record<string, ArtifactModel>;

/** How many random bits the ids of a kind of artifact have: each character holds six, and none has fewer than 256 (RFC 6749 10.10). */
export function bitsOfId(kind: string | undefined): number {
  const model = modelEntries.find(([name]) => name === kind)?.[1];
  return 6 * (model?.idLength ?? ANY_LENGTH);
}

/** Whether an id may be one of this model. */
export function mayBeOf({ idLength }: ArtifactModel, id: string): boolean {
  return idLength === undefined || id.length === idLength || id.length === ANY_LENGTH;
}

/** The value of the column by which the row of an artifact is found again to be saved. */
export function keyOf(model: ArtifactModel, id: string, payload: AdapterPayload): string {
  return model.key === 'uid' ? (payload.uid ?? id) : id;
}

/** The name of a model, as the library says it. */
export type ModelName = keyof typeof models;

/** Every model with its name. */
export const modelEntries = Object.entries(models) as [ModelName, ArtifactModel][]; // Object.entries forgets the names.

const modelsOfGrant = modelEntries.map(([, model]) => model).filter(({ columns }) => 'grant_id' in columns);

/** Whether the rows of a model belong to a grant and their payload can be searched, for the session in which a row was issued. */
export function isSearchable({ columns, sealed }: ArtifactModel): boolean {
  return 'grant_id' in columns && sealed !== 'payload';
}

/** The tables whose rows belong to a grant and end with it. */
export const tablesOfGrant = modelsOfGrant.map(({ table }) => table);

/** Those of them that can be searched for a session. */
export const searchableTablesOfGrant = modelsOfGrant.filter(isSearchable).map(({ table }) => table);
