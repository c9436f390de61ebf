/** One rule of the check, for whoever has to mend what it found. */
interface RuleText {
  /** What is wrong. */
  means: string;
  /** What to do about it. */
  mend: string;
  warning?: typeof warning;
}

/** Of a rule about what works and is unwise: the process starts all the same. */
export const warning = true;

/** A chapter as it is: the names of its rules stay known to the compiler. */
export const chapter = <Rules extends Record<string, RuleText>>(rules: Rules): Rules => rules;
