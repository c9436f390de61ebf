import type { Sweep } from '../database/index.ts';
import { modelEntries } from './artifacts/models.ts';

/** Where rows of this room end by themselves. */
export const sweptArtifacts: readonly Sweep[] = [
  // Initial access tokens stay in sight for a while.
  ...modelEntries
    .filter(([name]) => name !== 'InitialAccessToken')
    .map(([, { table }]) => ({ table, column: 'expires_at' })),
  { table: 'visits', column: 'restartable_until' },
  { table: 'remembered_accounts', column: 'expires_at' },
  { table: 'logout_notices', column: 'expires_at' },
];
