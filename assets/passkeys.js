// Passkeys need a script; it is loaded by the pages that ask for one. What it serves is hidden until it has found that this
// browser can do it. The server gives the options and reads the answer: this file only stands between it and the browser.

const { PublicKeyCredential: Credential } = globalThis;
const supported = Boolean(Credential?.parseRequestOptionsFromJSON && Credential.parseCreationOptionsFromJSON);
const capable = async (name) => Boolean(supported && (await Credential.getClientCapabilities?.())?.[name]);

// The browser serves one request at a time.
let waiting = new AbortController();

/** Asks for options with what the form holds, but never with a password. Undefined when the server says no. */
async function optionsFrom({ form, dataset }) {
  const fields = new URLSearchParams();
  for (const { name, value, type, checked, disabled } of form.elements) {
    if (name && !disabled && type !== 'password' && (type !== 'checkbox' || checked)) fields.set(name, value);
  }
  const answer = await fetch(dataset.options, { method: 'POST', body: fields, redirect: 'manual' });
  return answer.ok ? answer.json() : undefined;
}

function add(form, name, value) {
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
}

/** Sends the form of a button to where the button says; a password that stands in it stays here. */
function send({ form, dataset }, credential) {
  for (const field of form.querySelectorAll('[type=password]')) field.disabled = true;
  if (credential) add(form, 'answer', JSON.stringify(credential));
  form.action = dataset.action;
  form.submit();
}

async function ask(button, mediation) {
  const options = await optionsFrom(button);
  // The form itself says better what is wrong with it.
  if (!options) return mediation ? undefined : send(button);
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const credential =
    button.dataset.passkey === 'create'
      ? await navigator.credentials.create({
          mediation,
          signal,
          publicKey: Credential.parseCreationOptionsFromJSON(options),
        })
      : await navigator.credentials.get({
          mediation,
          signal,
          publicKey: Credential.parseRequestOptionsFromJSON(options),
        });
  if (credential) send(button, credential);
}

/** Whoever cancels is where they were: nothing went wrong. */
async function press(button) {
  const said = document.getElementById(button.dataset.said);
  if (said) said.hidden = true;
  try {
    await ask(button);
  } catch (cause) {
    // Made already: for its person that is as good as a new one.
    const known = cause?.name === 'InvalidStateError' && document.getElementById(button.dataset.known);
    const words = known || said;
    if (words) words.hidden = false;
    (button.form.querySelector('[name=email]:not([type=hidden])') ?? button).focus();
    void offer();
  }
}

for (const element of document.querySelectorAll('[data-passkey]')) element.hidden = !supported;
const buttons = supported ? [...document.querySelectorAll('[data-options]')] : [];
for (const button of buttons) {
  button.addEventListener('click', () => void press(button));
}
for (const words of document.querySelectorAll('[data-without-passkeys]')) words.hidden = supported;

// The browser offers passkeys where the address is typed. Its challenge is renewed before it expires.
const field = document.querySelector('[autocomplete~=webauthn]');
const own = buttons.find((button) => button.form === field?.form);
let renewal;
async function offer() {
  if (!own || !(await Credential.isConditionalMediationAvailable?.())) return;
  clearTimeout(renewal);
  renewal = setTimeout(() => void offer(), 240_000);
  await ask(own, 'conditional').catch(() => {});
}
void offer();

// On a page that exists to ask for a passkey it is asked for at once; where one is offered, a browser that can make it without
// a question does (after a password, which it has just filled in).
const now = buttons.find(({ dataset }) => 'atOnce' in dataset);
if (now) void press(now);
const quiet = buttons.find(({ dataset }) => 'quietly' in dataset);
if (quiet && (await capable('conditionalCreate'))) await ask(quiet, 'conditional').catch(() => {});

// Only who can make a passkey is offered one later.
for (const form of document.querySelectorAll('[data-can-passkey]')) {
  if (supported && (await Credential.isUserVerifyingPlatformAuthenticatorAvailable())) add(form, 'can_passkey', '1');
}

// What the server knows of the passkeys here, for whoever keeps them.
for (const { dataset } of document.querySelectorAll('[data-signal]')) {
  await Credential?.[dataset.signal]?.(JSON.parse(dataset.of)).catch(() => {});
}
