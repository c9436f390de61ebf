import type { AdapterPayload } from 'oidc-provider';
import { accountAlong, type AccountAlong } from '../../accounts/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { models, type ArtifactModel } from './models.ts';
import { bring, bringAccount } from './request_scope.ts';
import { fromRow } from './rows.ts';

/** A row with what was read along. Payloads are JSON text: each caller makes its own of them. */
export interface FoundRow extends Partial<AccountAlong> {
  row_id: string;
  row_payload: string;
  consumed_at?: Date | null;
  asked_for?: string | null;
  grant_id?: string | null;
  grant_payload?: string;
  session_id?: string;
  session_uid?: string | null;
  session_payload?: string;
}

/**
 * Makes the artifact of a found row; `restored`: see `fromRow`. What came along waits in the scope of this request, and is opened
 * when the library asks for it.
 */
type OpenRow = (row: FoundRow, restored: AdapterPayload) => AdapterPayload;

/** Opens the rows of a model. */
export function rowOpener(model: ArtifactModel, sealer: Sealer): OpenRow {
  const opened = (
    of: ArtifactModel,
    row: Pick<FoundRow, 'row_id' | 'row_payload' | 'consumed_at'>,
    restored: AdapterPayload,
  ) =>
    fromRow(
      of,
      sealer,
      { id: row.row_id, payload: JSON.parse(row.row_payload), consumed_at: row.consumed_at },
      restored,
    );
  return (row, restored) => {
    const { grant_id: grantId, session_uid: uid, id: accountId } = row;
    if (grantId) {
      const grant = { row_id: grantId, row_payload: row.grant_payload ?? '' };
      bring(models.Grant.table, grantId, () => opened(models.Grant, grant, { jti: grantId }));
    }
    if (uid) {
      const session = { row_id: row.session_id ?? '', row_payload: row.session_payload ?? '' };
      bring(models.Session.table, uid, () => opened(models.Session, session, {}));
    }
    // The columns of an account come together.
    if (accountId) bringAccount(accountId, () => accountAlong.of(row as AccountAlong));
    return opened(model, row, restored);
  };
}
