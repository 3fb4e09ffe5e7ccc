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
const LOOKED_AT = 500;

/** What the rules look at. */
export function lookedAt(line: string): string {
  return withoutPrefix(line.slice(0, LOOKED_AT)).trimEnd();
}

/** The rule that says most of the line; undefined: it is no sign of trouble. @param line as {@link lookedAt} gives it */
export function ruleOf(line: string): Rule | undefined {
  if (!mayMatter(line) || isNoise(line)) return undefined;
  const says = ({ pattern }: Rule): boolean => pattern.test(line);
  const rule = CONSEQUENCE_RULES.find(says) ?? RULES.find(says);
  return rule !== undefined && isRetried(line) ? { ...rule, weight: rule.weight - RETRIED_LESS } : rule;
}
