import type { AdapterPayload } from 'oidc-provider';
import type { Sealer } from '../../keys/index.ts';
import { inSeconds } from '../../kit/clock.ts';
import { sha256 } from '../../kit/random.ts';
import type { ArtifactModel } from './models.ts';

/** An artifact as it stands in its table. */
export interface ArtifactRow {
  id: string;
  /** JSON text. */
  payload: string;
  expiresAt: Date | null;
  /** The values of the model's own columns, in their order. */
  columns: (string | null)[];
}

/** What `fromRow` needs of a row; its payload is parsed. */
export interface StoredRow {
  id: string;
  payload: unknown;
  consumed_at?: Date | null | undefined;
}

/** How an id is stored: SHA-256 of a bearer value, any other as it is. */
export function storedId(model: ArtifactModel, id: string): string {
  return model.bearer ? sha256(id) : id;
}

/** Makes the row of an artifact: no bearer value is left in it that could be read out of a dump. */
export function toRow(
  model: ArtifactModel,
  sealer: Sealer,
  id: string,
  payload: AdapterPayload,
  expiresIn?: number,
): ArtifactRow {
  const rowId = storedId(model, id);
  const { jti, userCode: _userCode, consumed: _consumed, ...members } = payload;
  if (model.keepsId) members.jti = jti;
  if (payload.session) members['session'] = { ...payload.session, cookie: undefined };
  const columns = Object.values(model.columns).map((member) => columnValue(member, payload[member]));
  const expiresAt = expiresIn === undefined ? null : inSeconds(expiresIn);
  return { id: rowId, payload: JSON.stringify(sealed(model, sealer, rowId, members)), expiresAt, columns };
}

/** Makes the artifact of a row again; `restored` are the values that whoever asked has brought along. */
export function fromRow(
  model: ArtifactModel,
  sealer: Sealer,
  row: StoredRow,
  restored: AdapterPayload,
): AdapterPayload {
  const payload = opened(model, sealer, row);
  if (row.consumed_at) payload.consumed = Math.floor(row.consumed_at.getTime() / 1000);
  return Object.assign(payload, restored);
}

function columnValue(member: string, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return member === 'userCode' ? sha256(value) : value;
}

function sealed(model: ArtifactModel, sealer: Sealer, rowId: string, members: Record<string, unknown>): unknown {
  if (model.sealed === 'payload') return sealer.seal(JSON.stringify(members), contextOf(model, rowId));
  for (const member of model.sealed) {
    if (members[member] === undefined) continue;
    members[member] = sealer.seal(JSON.stringify(members[member]), contextOf(model, rowId));
  }
  return members;
}

function opened(model: ArtifactModel, sealer: Sealer, row: StoredRow): AdapterPayload {
  // Rows are written by `toRow` alone, out of payloads of the library.
  if (model.sealed === 'payload')
    return JSON.parse(sealer.open(String(row.payload), contextOf(model, row.id))) as AdapterPayload;
  const payload = row.payload as Record<string, unknown>;
  for (const member of model.sealed) {
    const value = payload[member];
    if (typeof value === 'string') payload[member] = JSON.parse(sealer.open(value, contextOf(model, row.id)));
  }
  return payload;
}

function contextOf(model: ArtifactModel, rowId: string): string {
  return `${model.table} ${rowId}`;
}
