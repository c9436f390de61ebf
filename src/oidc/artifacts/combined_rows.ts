import { combine, type Step } from '../../database/index.ts';
import type { FoundRow } from './found_row.ts';
import type { ArtifactRow } from './rows.ts';
import type { Statements, Wanted } from './statements.ts';

/** Does one step; resolves with what it gave back, once it is committed. */
type RunStep = <Row extends object>(step: Step) => Promise<Row[]>;

/** Each call is about one row; concurrent ones share a statement. */
interface CombinedRows {
  find(wanted: Wanted): Promise<FoundRow | undefined>;
  /** Of several for one row the last one stays. */
  upsert(row: ArtifactRow): Promise<void>;
  /** `key` tells it from others: a session's id may change with this very save. */
  renew(row: ArtifactRow, key: string): Promise<void>;
  destroy(rowId: string): Promise<void>;
  /** Whether this very call saved it. */
  insert(row: ArtifactRow): Promise<boolean>;
  /** Whether this very call redeemed it. */
  consume(rowId: string): Promise<boolean>;
}

/** Combines the calls on one model. `unavailable` words what rejects before it has reached the database. */
export function combinedRows(
  statements: Statements,
  run: RunStep,
  unavailable?: (cause: Error) => Error,
): CombinedRows {
  const find = combine<Wanted, FoundRow | undefined>({
    async run(wanted) {
      const rows = await run<FoundRow>(statements.find(wanted));
      const found = new Map(rows.map((row) => [wantedKey(row.row_id, row.asked_for), row]));
      return wanted.map(({ rowId, clientId }) => found.get(wantedKey(rowId, clientId)));
    },
    // Nobody changes a row: each makes its own artifact of it.
    again: { as: 'join', copy: (row) => row },
    unavailable,
  });
  const saving = <Input>(step: (inputs: Input[]) => Step) =>
    combine<Input, void>({
      async run(inputs) {
        await run(step(inputs));
        return inputs.map(() => {});
      },
      again: { as: 'replace' },
      unavailable,
    });
  const deciding = <Input>(step: (inputs: Input[]) => Step, idOf: (input: Input) => string) =>
    combine<Input, boolean>({
      async run(inputs) {
        const returned = new Set((await run<{ id: string }>(step(inputs))).map(({ id }) => id));
        return inputs.map((input) => returned.has(idOf(input)));
      },
      again: { as: 'lose', answer: () => false },
      unavailable,
    });
  const upsert = saving(statements.upsert);
  const renew = saving(statements.renew);
  const destroy = saving(statements.destroy);
  const insert = deciding(statements.insert, ({ id }: ArtifactRow) => id);
  const consume = deciding(statements.consume, (rowId) => rowId);
  return {
    find: (wanted) => find(wantedKey(wanted.rowId, wanted.clientId), wanted),
    upsert: (row) => upsert(row.id, row),
    renew: (row, key) => renew(key, row),
    destroy: (rowId) => destroy(rowId, rowId),
    insert: (row) => insert(row.id, row),
    consume: (rowId) => consume(rowId, rowId),
  };
}

/** Tells what is looked for from all else: a session that is asked for by two clients is looked for twice. */
function wantedKey(rowId: string, clientId?: string | null): string {
  return clientId ? `${rowId} ${clientId}` : rowId;
}
