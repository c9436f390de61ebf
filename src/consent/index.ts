/**
 * consent: the step on which a person decides what an app may use.
 *
 * Owns the prompt `consent` at /interaction/:uid, and the pages on which a device is connected; those are shown by the protocol
 * engine at /device. Never grants by itself: it hands the decision to the protocol engine, which alone writes grants.
 * First-party apps reach this page only to ask for something in detail (the interaction policy answers for all else).
 */
export { consentPrompt } from './consent.ts';
export { devicePages } from './device_pages.ts';
