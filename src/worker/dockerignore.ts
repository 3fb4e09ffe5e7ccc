import path from 'node:path';
import { compilePattern, type Pattern } from './ignore-pattern.js';

/** Decides which files of a context are not sent. Paths are relative, with slashes. */
export interface IgnoreRules {
  ignores(file: string): boolean;
  /** An ignored directory may hold files that a later `!` brings back: it must be walked. */
  mayRestoreIn(directory: string): boolean;
}

interface Rule {
  readonly matches: Pattern;
  readonly restores: boolean;
}

/** Every file meets every rule: what is far beyond any real file would only keep the worker busy. */
const RULES_MAX = 1000;
const LINE_MAX = 1024;

/** Docker's `.dockerignore`: the last rule that matches a path, or a directory above it, decides. */
export function parseDockerignore(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#') && line.length <= LINE_MAX)
    .map((line) => line.trim())
    .flatMap(parseRule)
    .slice(0, RULES_MAX);
  const restoring = rules.some((rule) => rule.restores);
  return {
    ignores(file) {
      let ignored = false;
      for (const rule of rules) {
        if (rule.restores === ignored && rule.matches(file)) ignored = !rule.restores;
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
  const clean = path.posix.normalize(pattern).replace(/^\/+/, '').replace(/\/$/, '');
  return clean === '' || clean === '.' ? [] : [{ matches: compilePattern(clean), restores }];
}
