import { pairwiseSubject } from '../subjects.ts';
import type { ProtocolFeature } from './feature.ts';

/** Subjects that differ from sector to sector. */
export const pairwiseSubjects: ProtocolFeature = {
  key: 'pairwise_subjects',
  specification: 'OpenID Connect Core 1.0, 8.1',
  on: (protocol) => protocol.pairwise_subjects,
  configuration: (_protocol, deps) => ({
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_ctx, accountId, client) =>
      pairwiseSubject(deps().subjectSalt, client.sectorIdentifier, accountId),
  }),
  chosenBy: ['subject_type'],
  clientKeys: ['sector_identifier_uri'],
};
