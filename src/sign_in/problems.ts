/** What is wrong with what was typed: web has it for all forms. */
export { addressProblems, nameProblems, problem, refusedForNow } from '../web/index.ts';
export type { Problem, Shown } from '../web/index.ts';
