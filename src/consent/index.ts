/**
 * consent: the step on which a person decides what an app may use.
 *
 * Owns the prompt `consent` at /interaction/:uid, and the pages on which a device is connected; those are shown by the protocol
 * engine at /device. Grants nothing by itself: it hands the decision to the protocol engine,
 * which alone writes grants. First-party apps never reach this page (the interaction policy answers for them).
 */
export { consentPrompt } from './consent.ts';
export { devicePages } from './device_pages.ts';
