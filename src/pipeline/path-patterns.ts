import { compileGlobs } from './globs.js';

/**
 * Whether patterns take a file, for many files: a pattern that names a directory takes all that is in it.
 * Otherwise as a list of globs.
 */
export function compilePathPatterns(patterns: readonly string[]): (file: string) => boolean {
  return compileGlobs(patterns.flatMap(withContents));
}

/** Those that take nothing of these files; what takes away is never meant to. */
export function idlePatterns(patterns: readonly string[], files: readonly string[]): readonly string[] {
  return patterns.filter((pattern) => {
    const takes = compilePathPatterns([pattern]);
    return !pattern.startsWith('!') && !files.some(takes);
  });
}

function withContents(pattern: string): readonly string[] {
  const negation = pattern.startsWith('!') ? '!' : '';
  const path = pattern
    .slice(negation.length)
    .replace(/^(?:\.\/+)+/, '')
    .replace(/\/+$/, '');
  return path === '' || path === '.' ? [`${negation}**`] : [`${negation}${path}`, `${negation}${path}/**`];
}
