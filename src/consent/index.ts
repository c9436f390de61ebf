/**
 * consent: the step on which a person decides what an app may use.
 *
 * Owns the prompt `consent` at /interaction/:uid. Grants nothing by itself: it hands the decision to the protocol engine,
 * which alone writes grants. First-party apps never reach this page (the interaction policy answers for them).
 */
export { consentPrompt } from './consent.ts';
