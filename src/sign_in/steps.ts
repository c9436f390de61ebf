import type { Context } from 'koa';
import type { Arrival, WaitingLink, Ways } from '../accounts/index.ts';
import type { Address } from '../kit/addresses.ts';
import { sha256 } from '../kit/random.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';

/** What the first page says about what just happened. */
export type Note =
  | {
      kind: 'cancelled' | 'refused' | 'denied' | 'failed' | 'unavailable' | 'misconfigured' | 'loop';
      upstream: string;
      /** The seconds for which it takes nobody, where they are known. */
      wait?: number | undefined;
    }
  | { kind: 'not_offered' | 'address_taken' | 'start_over' | 'password_changed' }
  | { kind: 'too_many_codes'; wait: number };

/**
 * How somebody was proven, whether this browser keeps them signed in, and through which upstream. `methods` has the names of RFC
 * 8176 where it has one (`pwd` password, `otp` code, `swk` and `hwk` with `user` passkey; `fed` stands for a login at an
 * upstream), and the marks of oidc that no app learns.
 */
export interface Manner {
  methods: string[];
  remember: boolean;
  /** The browser could make a passkey: its person may be offered one. */
  canPasskey?: true | undefined;
  upstreamId?: string;
  /** As the upstream knows the person, and their session there. */
  identity?: { issuer: string; subject: string; sid?: string };
}

/** The manner of everybody who comes through an upstream: its buttons have no "Keep me signed in". */
export function federated({ upstreamId, identity }: Pick<Arrival, 'upstreamId' | 'identity'>): Manner {
  const { issuer, subject, sid } = identity;
  return { methods: ['fed'], remember: false, upstreamId, identity: { issuer, subject, sid } };
}

/** A code is on its way. `linked`: its mail has a link, too. `changeable`: nothing but the address was typed wrong, and another one may take its place. */
interface CheckEmailStep {
  step: 'check-email';
  proofId: string;
  address: string;
  sentAt: number;
  resent?: boolean;
  linked?: boolean;
  changeable?: boolean;
  manner: Manner;
}

/**
 * Who was proven, how, and when in seconds since 1970: the time of the login, however long a page in between stays open.
 * `proofEpoch` is the account's own as it was before the proof: when it is another one by the end, the proof would fail by now.
 * `since`: when something was proven last, or a session began to prove more: from then on the proof waits. `raises` that session.
 * `joins`: an identity that joins the account once everything that this needs is proven.
 */
export interface Proven {
  accountId: string;
  manner: Manner;
  provenAt: number;
  proofEpoch: number;
  since: number;
  raises?: true | undefined;
  joins?: WaitingLink | undefined;
}

/** What a step that waits knows of who was proven, without what else it keeps. */
export function provenOf({ accountId, manner, provenAt, proofEpoch, since, raises, joins }: Proven): Proven {
  return { accountId, manner, provenAt, proofEpoch, since, raises, joins };
}

/** What proves more of somebody who was proven already. */
export type SecondWay = 'passkey' | 'totp' | 'recovery_code';

/** Asks for one of these, the first one first. They are what the account has, and what is enough. */
interface SecondFactorStep extends Proven {
  step: 'second-factor';
  ways: SecondWay[];
}

/**
 * The account has nothing that is enough, and is led to set it up. `totp`: the sealed secret of an app that waits for its first
 * code. `codes`: the recovery codes, until their person has kept them; everything is proven then.
 */
interface EnrolFactorStep extends Proven {
  step: 'enrol-factor';
  ways: ('passkey' | 'totp')[];
  totp?: string;
  codes?: string[];
}

/** A link to choose a new password is on its way, if the address has an account; it works for so many seconds. */
interface RecoverSentStep {
  step: 'recover-sent';
  address: Address;
  seconds: number;
  sentAt: number;
  resent?: boolean;
}

/**
 * How far a visit got, kept on the server in its row: only this decides which page comes next.
 * `start` is the first page of the prompt; `anyone` means that the person said "Not you?", `hinted` that the app sent them
 * on to an upstream, from which they are not back.
 */
export type Step =
  | { step: 'start'; note?: Note; email?: string; anyone?: boolean; hinted?: true }
  | CheckEmailStep
  | RecoverSentStep
  | { step: 'complete-profile'; arrival: Arrival; note?: Note }
  | ({ step: 'link-account'; ways: Ways; note?: Note } & WaitingLink)
  | SecondFactorStep
  | EnrolFactorStep
  | { step: 'not-allowed'; accountId: string }
  | ({ step: 'passkey-offer' } & Proven)
  | ({ step: 'accept-terms' } & Proven)
  | ({ step: 'switch-account' } & Proven);

/** What is kept while a visit stands at the step of this name. */
export type StepNamed<Name extends Step['step']> = Extract<Step, { step: Name }>;

/** A page or a form below /interaction/:uid. */
export type Handler = (deps: SignInDeps, ctx: Context, visit: Visit) => Promise<void>;

/** Where it hangs. */
export type VisitPage = readonly [method: 'get' | 'post', path: string, handler: Handler];

/** Names what waits in a step, for the trip that proves its account: what waits there when it ends may be something else. */
export function linkOf({ stamp, arrival: { upstreamId, identity } }: WaitingLink): string {
  return sha256([stamp, upstreamId, identity.issuer, identity.subject].join('\n'));
}

/** The step of a visit; a visit that has just begun is at its start. */
export function stepOf(visit: Visit): Step {
  // Only this room writes the progress of its own prompts.
  return 'step' in visit.progress ? (visit.progress as Step) : { step: 'start' };
}

/** The URL of the present prompt of a visit. */
export function interactionPath(uid: string): string {
  return `/interaction/${uid}`;
}

/** The URL of a page of this visit, or of its present prompt. */
export function pathOf(visit: Visit, page = ''): string {
  return page === '' ? interactionPath(visit.uid) : `${interactionPath(visit.uid)}/${page}`;
}

/** A handler for one step only: whoever is at another one is sent there, whatever they ask for. */
export function atStep<Name extends Step['step']>(
  name: Name,
  handler: (deps: SignInDeps, ctx: Context, visit: Visit, step: StepNamed<Name>) => Promise<void>,
): Handler {
  return async (deps, ctx, visit) => {
    const step = stepOf(visit);
    // What the comparison says, TypeScript cannot tell of a type parameter.
    if (step.step === name) return handler(deps, ctx, visit, step as StepNamed<Name>);
    deps.web.redirect(ctx, stepPath(visit, step));
  };
}

/** Notes on the server how far the visit got, and sends the browser to the page of that step. */
export async function moveTo(deps: SignInDeps, ctx: Context, visit: Visit, step: Step): Promise<void> {
  await deps.oidc.progress(visit.uid, step);
  deps.web.redirect(ctx, stepPath(visit, step));
}

/** The page on which each of these is asked for. All of them belong to one step: a person may go from one to another. */
const secondPages = {
  passkey: 'second-factor/passkey',
  totp: 'second-factor',
  recovery_code: 'recovery-code',
} as const satisfies Record<SecondWay, string>;

/** The URL of the page that asks for one of them. */
export function secondPath(visit: Visit, way: SecondWay): string {
  return pathOf(visit, secondPages[way]);
}

function stepPath(visit: Visit, step: Step): string {
  const [first] = step.step === 'second-factor' ? step.ways : [];
  if (first) return secondPath(visit, first);
  return pathOf(visit, step.step === 'start' ? '' : step.step);
}
