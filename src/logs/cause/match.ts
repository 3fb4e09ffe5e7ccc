import { CONSEQUENCE } from './cause.js';
import { isNoise, isRetried, mayMatter } from './noise.js';
import { withoutPrefix } from './prefix.js';
import type { Rule } from './rule.js';
import { BUILD_RULES, CONSEQUENCE_RULES, GENERAL_RULES } from './rules/builds.js';
import { COMPILER_RULES } from './rules/compilers.js';
import { DEPENDENCY_RULES } from './rules/dependencies.js';
import { PANIC_RULES } from './rules/panics.js';
import { SYSTEM_RULES } from './rules/system.js';
import { TEST_RULES } from './rules/tests.js';

/** The heaviest first: the first that matches is the one. */
const RULES: readonly Rule[] = [
  ...COMPILER_RULES,
  ...PANIC_RULES,
  ...TEST_RULES,
  ...DEPENDENCY_RULES,
  ...SYSTEM_RULES,
  ...BUILD_RULES,
  ...GENERAL_RULES,
].toSorted((a, b) => b.weight - a.weight);

/** What is tried again is hardly ever the end of it. */
const RETRIED_LESS = 45;

/** Every pattern looks at no more of a line: they must not be slow on a line of megabytes. */
const LOOKED_AT = 300;

/** What the rules look at. */
export function lookedAt(line: string): string {
  return withoutPrefix(line.slice(0, LOOKED_AT)).trimEnd();
}

/** Whether the rules are to be asked. @param line as {@link lookedAt} gives it */
export function isSuspicious(line: string): boolean {
  return mayMatter(line) && !isNoise(line);
}

/** The rule that says most of the line, and weighs more than `atLeast`; undefined: there is none. */
export function ruleOf(line: string, atLeast: number): Rule | undefined {
  const says = ({ pattern }: Rule): boolean => pattern.test(line);
  const rule = RULES.find((one) => one.weight <= atLeast || says(one));
  const own = rule !== undefined && rule.weight > atLeast ? rule : undefined;
  // Asked last: few lines come so far.
  const isLight = own !== undefined || atLeast < CONSEQUENCE;
  const found = (isLight ? CONSEQUENCE_RULES.find(says) : undefined) ?? own;
  return found !== undefined && isRetried(line) ? { ...found, weight: found.weight - RETRIED_LESS } : found;
}
