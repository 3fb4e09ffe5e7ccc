import path from 'node:path';

/** Decides which files of a context are not sent. Paths are relative, with slashes. */
export interface IgnoreRules {
  ignores(file: string): boolean;
  /** An ignored directory may hold files that a later `!` brings back: it must be walked. */
  mayRestoreIn(directory: string): boolean;
}

interface Rule {
  readonly matches: RegExp;
  readonly restores: boolean;
}

/** Docker's `.dockerignore`: the last rule that matches a path, or a directory above it, decides. */
export function parseDockerignore(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .flatMap(parseRule);
  const restoring = rules.some((rule) => rule.restores);
  return {
    ignores(file) {
      const ancestors = withAncestors(file);
      let ignored = false;
      for (const rule of rules) {
        if (rule.restores === ignored && ancestors.some((one) => rule.matches.test(one)))
          ignored = !rule.restores;
      }
      return ignored;
    },
    mayRestoreIn: () => restoring,
  };
}

function parseRule(line: string): readonly Rule[] {
  const restores = line.startsWith('!');
  const pattern = restores ? line.slice(1).trim() : line;
  if (pattern === '') return [];
  const clean = path.posix.normalize(pattern).replace(/^\/+/, '').replace(/\/+$/, '');
  return clean === '' || clean === '.' ? [] : [{ matches: patternExpression(clean), restores }];
}

function withAncestors(file: string): readonly string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Go's filepath.Match with `**`, as moby/patternmatcher builds it. */
function patternExpression(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (pattern.startsWith('**', at)) {
      at += 1;
      if (pattern[at + 1] === '/') at += 1;
      source += at === pattern.length - 1 ? '.*' : '(?:.*/)?';
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const close = pattern.indexOf(']', at + 2);
      if (close === -1) source += '\\[';
      else {
        source += characterClass(pattern.slice(at + 1, close));
        at = close;
      }
    } else if (char === '\\' && at + 1 < pattern.length) source += literal(pattern[++at] ?? '');
    else source += literal(char);
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // A class that is none (`[z-a]`) matches nothing, as in Docker, which stops the build for it.
    return /(?!)/;
  }
}

function characterClass(body: string): string {
  const negated = body.startsWith('^');
  const inner = (negated ? body.slice(1) : body).replaceAll(/[\\\][^]/g, '\\$&');
  return `(?!/)[${negated ? '^' : ''}${inner}]`;
}

function literal(char: string): string {
  return char.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
}
