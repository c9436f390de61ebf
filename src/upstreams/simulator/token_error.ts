import { json, type Answer } from './provider.ts';
import type { TokenWrong } from './shape.ts';

/** RFC 6749 5.2. */
export function rfcTokenError(wrong: TokenWrong): Answer {
  if (wrong === 'client' || wrong === 'secret' || wrong === 'verifier_unwanted') {
    return json(401, { error: 'invalid_client', error_description: 'Unauthorized' });
  }
  if (wrong === 'grant_type') {
    return json(400, { error: 'unsupported_grant_type', error_description: 'Invalid grant_type' });
  }
  const description = wrong === 'verifier' ? 'Invalid code verifier.' : 'Bad Request';
  return json(400, { error: 'invalid_grant', error_description: description });
}
