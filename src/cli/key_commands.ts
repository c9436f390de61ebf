import { keyKinds, type KeyAdministration, type KeyKind, type ListedKey } from '../keys/index.ts';
import { confirmed } from './accounts/standard_input.ts';
import type { Call, Command } from './command.ts';
import { withKeys } from './contexts.ts';
import { complain, print, refuse, table } from './output.ts';
import { showProgress } from './progress.ts';

/** `keys list`, `keys rotate`, `keys retire` and `keys rewrap`. */
export const keyCommands: Command[] = [
  {
    name: 'keys list',
    takes: { least: 0, most: 0 },
    summary: 'list signing keys and cookie keys, and when each of them goes on',
    run: (call) =>
      withKeys(call, async (keys) => {
        const listed = await keys.list();
        print(call, listed, () =>
          table(['kind', 'id', 'state', 'published', 'what comes'], listed.map(toRow), 'there are no keys yet'),
        );
        return 0;
      }),
  },
  {
    name: 'keys rotate',
    takes: { least: 0, most: 0 },
    options: { kind: { value: keyKinds, says: 'only this kind' } },
    summary: 'publish the next keys; those that everybody knows by now begin to sign',
    run: (call) =>
      withKeys(call, async (keys) => {
        const wanted = keyKinds.filter((kind) => (call.texts['kind'] ?? kind) === kind);
        const rotated = await keys.rotate(wanted);
        print(call, rotated, () =>
          rotated
            .map(({ kind, id, state, changed, signsFrom }) => {
              if (state === 'signing') return `${kind}  ${id} signs from now on`;
              return `${kind}  ${id} ${changed ? 'is' : 'was already'} published, and signs from ${signsFrom.toISOString()}`;
            })
            .join('\n'),
        );
        return 0;
      }),
  },
  {
    name: 'keys retire',
    args: '<id>',
    takes: { least: 1, most: 1 },
    options: { now: { says: 'whatever it signed; another one signs in its place' }, yes: { says: 'do not ask' } },
    summary: 'take a key out of use for ever',
    run: (call) => withKeys(call, (keys) => retire(keys, call)),
  },
  {
    name: 'keys rewrap',
    takes: { least: 0, most: 0 },
    summary: 'encrypt with the first encryption_key what is encrypted with another one',
    run: (call) => withKeys(call, (keys) => rewrap(keys, call)),
  },
];

function toRow({ kind, id, state, publishedAt, signsFrom, goneAt }: ListedKey): string[] {
  const comes = {
    published: `signs from ${signsFrom.toISOString()}`,
    signing: `has signed since ${signsFrom.toISOString()}`,
    verifying: `goes at ${goneAt?.toISOString()}`,
    gone: `went at ${goneAt?.toISOString()}`,
  };
  return [kind, id, state, publishedAt.toISOString(), comes[state]];
}

/** What dropping a key does to people and apps. */
function consequence(kind: KeyKind | 'derived', id: string): string {
  if (kind === 'cookie') return 'Everybody whose cookies it signed is signed out at once, in every browser.';
  if (kind === 'derived')
    return `What was made with the secret of ${id} counts no more, once every process was started anew.`;
  return 'Every ID token and JWT access token that it signed is refused; apps notice within ten minutes.';
}

async function retire(keys: KeyAdministration, call: Call): Promise<number> {
  const [id = ''] = call.args;
  const now = call.flags.has('now');
  const found = await keys.find(id);
  if (now && found && found.state !== 'gone') {
    const refused = await askFirst(call, consequence(found.kind, id), id);
    if (refused !== undefined) return refused;
  }
  const retired = await keys.retire(id, { now });
  if (retired.ok) {
    const { kind, signs } = retired;
    print(
      call,
      { id, kind, signs },
      () => `${id} is gone${signs === undefined ? '' : `; ${signs} signs in its place`}`,
    );
    return 0;
  }
  if (retired.reason === 'needed') {
    return refuse(
      call,
      `what ${id} signed is around until ${retired.until.toISOString()}: --now drops it all the same`,
    );
  }
  if (retired.reason === 'signs' && found?.kind === 'derived')
    return refuse(call, `${id} is in use: --now makes it anew`);
  return refuse(call, refusals[retired.reason](id));
}

const refusals = {
  unknown: (id: string) =>
    `there is no key ${id}: ./gatehouse keys list shows them, and docs/keys.md names the secrets of one purpose`,
  gone: (id: string) => `${id} is gone already`,
  signs: (id: string) => `${id} is in use: ./gatehouse keys rotate has another one follow, and --now drops it at once`,
};

/** Says what it will do. Gives the exit code when it is not to be done. */
async function askFirst(call: Call, says: string, id: string): Promise<number | undefined> {
  if (call.flags.has('yes')) {
    if (!call.json) call.io.stderr.write(`${says}\n`);
    return undefined;
  }
  if (!call.io.stdin.isTTY) {
    complain(call, 'nobody can be asked here: say --yes to drop the key');
    return 2;
  }
  return (await confirmed(call.io, `${says}\nDrop ${id}? [yes/no] `)) ? undefined : refuse(call, 'nothing was dropped');
}

async function rewrap(keys: KeyAdministration, call: Call): Promise<number> {
  let columns: Awaited<ReturnType<KeyAdministration['rewrap']>> = [];
  const sum = (pick: 'found' | 'done' | 'unreadable') => columns.reduce((total, column) => total + column[pick], 0);
  const progress = showProgress(call.io.stderr, () => ({
    share: sum('found') === 0 ? undefined : sum('done') / sum('found'),
    says: `${sum('done')} of ${sum('found')} values encrypted anew`,
  }));
  try {
    columns = await keys.rewrap((soFar) => (columns = soFar));
  } finally {
    progress.end();
  }
  const touched = columns.filter(({ found }) => found > 0);
  print(call, touched, () =>
    table(
      ['table', 'column', 'encrypted anew', 'unreadable'],
      touched.map(({ table: name, column, done, unreadable }) => [name, column, String(done), String(unreadable)]),
      'everything is encrypted with the first encryption_key',
    ),
  );
  if (sum('unreadable') === 0) return 0;
  return refuse(call, `${sum('unreadable')} values were encrypted with a key that is not configured, or are damaged`);
}
