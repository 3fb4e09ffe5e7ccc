import { cachePath, cachePathProblem } from '../cache-path.js';
import { globProblem, globsMatch } from '../globs.js';
import {
  type PlacedCount,
  type PlacedText,
  placeOf,
  type Reader,
  type Readers,
  readTexts,
  refuse,
} from './forms.js';
import { error, type Report, type Span } from './issues.js';
import type { Form, Key, ValueForm } from './key.js';
import { meantSize, parseDuration, parseSize } from './quantities.js';
import { suggest } from './suggest.js';
import type { Node } from './tree.js';
import { isVariableName, VARIABLE_NAME_HINT } from './variable-name.js';
import { climbsOut } from './workspace-path.js';

/** A week: longer is a forgotten machine. */
const LONGEST_SECONDS = 7 * 24 * 60 * 60;

/** Readers of the forms that v0.2 did not have. */
export const VALUE_READERS: Readers<ValueForm> = {
  duration: (entry, report) => {
    if (entry.value.kind !== 'scalar') return refuse('duration', entry, report);
    const { text, at } = entry.value;
    const seconds = parseDuration(text);
    const hint = 'write 90s, 30m, 2h, 1h30m, or a number of seconds';
    if (seconds === undefined) {
      report(error('bad-duration', at, `"${text}" is no duration`, hint));
    } else if (seconds < 1 || seconds > LONGEST_SECONDS) {
      report(error('bad-duration', at, `${entry.key} is between a second and a week`, hint));
    } else {
      return seconds;
    }
    return undefined;
  },

  size: (entry, report) => {
    if (entry.value.kind !== 'scalar') return refuse('size', entry, report);
    const { text, at } = entry.value;
    const bytes = parseSize(text);
    if (bytes !== undefined) return bytes;
    const meant = meantSize(text);
    const hint =
      meant === undefined ? 'write 512Mi, 2Gi, 1G, or a number of bytes' : `did you mean ${meant}?`;
    report(error('bad-size', at, `"${text}" is no size`, hint));
    return undefined;
  },

  number: (entry, report) => {
    const { value } = entry;
    if (value.kind !== 'scalar' || typeof value.meaning !== 'number') return refuse('number', entry, report);
    if (Number.isFinite(value.meaning) && value.meaning > 0) return value.meaning;
    report(error('bad-value', value.at, `${entry.key} is more than 0`, 'write a number as 1.5'));
    return undefined;
  },

  count: (entry, report) =>
    isNumber(entry.value) ? countOf(entry.key, entry.value, report) : refuse('count', entry, report),

  counts: (entry, report) => {
    const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
    const counts: PlacedCount[] = [];
    for (const node of nodes) {
      if (!isNumber(node)) return refuse('counts', { ...entry, value: node }, report);
      const count = countOf(entry.key, node, report);
      if (count !== undefined) counts.push({ count, at: node.at });
    }
    return counts;
  },

  'count-or-map': (entry, report) => {
    const { key, value } = entry;
    if (value.kind === 'map') return value;
    return isNumber(value) ? countOf(key, value, report) : refuse('count-or-map', entry, report);
  },

  choice: (entry, report, key) => {
    if (entry.value.kind !== 'scalar') return refuse('choice', entry, report);
    const { text, at } = entry.value;
    return isChoice({ text, at }, entry.key, key, report) ? text : undefined;
  },

  choices: (entry, report, key) =>
    readTexts('choices', entry, report)?.filter((item) => isChoice(item, entry.key, key, report)),

  globs: readGlobs('globs', isGlob),
  'path-globs': readGlobs(
    'path-globs',
    (item, key, report) => isGlob(item, key, report) && isInside(item, report),
  ),
  'cache-paths': readGlobs('cache-paths', isCachePath),

  path: (entry, report) => {
    if (entry.value.kind !== 'scalar') return refuse('path', entry, report);
    const { text, at } = entry.value;
    if (text === '') {
      report(
        error(
          'bad-value',
          placeOf(entry),
          `${entry.key} is an empty path`,
          `fill it, or take ${entry.key} out`,
        ),
      );
      return undefined;
    }
    return isInside({ text, at }, report) ? text : undefined;
  },

  secrets: (entry, report) =>
    readTexts('secrets', entry, report)?.filter((item) => isSecretName(item, report)),
};

export function isSecretName({ text, at }: PlacedText, report: Report): boolean {
  if (isVariableName(text)) return true;
  report(
    error(
      'bad-secret-name',
      at,
      'this is no name of a secret',
      `${VARIABLE_NAME_HINT}; the server keeps its value`,
    ),
  );
  return false;
}

/** Says that a word is none of those that are allowed, and which of them is meant. */
export function unknownValue(
  text: string,
  at: Span,
  what: string,
  values: readonly string[],
  report: Report,
): void {
  const best = suggest(text, values);
  const hint = best === undefined ? `there are ${values.join(', ')}` : `did you mean ${best}?`;
  report(error('unknown-value', at, `"${text}" is nothing that ${what} takes`, hint));
}

function isChoice(
  { text, at }: PlacedText,
  name: string,
  { values = [], globs }: Key,
  report: Report,
): boolean {
  if (values.includes(text)) return true;
  if (globs === true && values.some((value) => globsMatch([withoutNegation(text)], value))) return true;
  unknownValue(text, at, name, values, report);
  return false;
}

function readGlobs<F extends Form & ('globs' | 'path-globs' | 'cache-paths')>(
  form: F,
  isGood: (item: PlacedText, key: string, report: Report) => boolean,
): Reader<F> {
  return (entry, report) => {
    const items = readTexts(form, entry, report);
    return items?.filter((item) => isGood(item, entry.key, report));
  };
}

function isGlob({ text, at }: PlacedText, key: string, report: Report): boolean {
  const problem = globProblem(text);
  if (problem === undefined) return true;
  const message = `"${text}" of ${key} is no pattern: ${problem}`;
  report(
    error(
      'bad-glob',
      at,
      message,
      "write main, 'release/**', 'v[0-9]*' or '*.{js,ts}'; \\ before a character takes it as it is",
    ),
  );
  return false;
}

/** A pattern in the workspace, or a directory of the container. */
function isCachePath(item: PlacedText, key: string, report: Report): boolean {
  if (/^\$|\$\{/.test(item.text)) {
    const message = `variables are not filled in in ${key}, only in keys`;
    report(error('bad-cache-path', item.at, message, 'write ~ for the home directory'));
    return false;
  }
  const place = cachePath(item.text);
  if (place.kind === 'workspace') return isGlob(item, key, report) && isInside(item, report);
  const problem = cachePathProblem(place);
  if (problem === undefined) return true;
  const hint = 'write a path in the workspace, or a directory as ~/.npm or /go/pkg/mod';
  report(error('bad-cache-path', item.at, `nothing can be cached at ${place.path}: ${problem}`, hint));
  return false;
}

function withoutNegation(glob: string): string {
  return glob.replace(/^!/, '');
}

/** Relative, and never above the root. What is absolute or at home would be a path of the worker. */
function isInside({ text, at }: PlacedText, report: Report): boolean {
  const path = withoutNegation(text);
  if (!path.startsWith('/') && !path.startsWith('~') && !climbsOut(path)) return true;
  const hint = 'write a path relative to the root of the repository';
  report(error('outside-workspace', at, `"${text}" leaves the workspace`, hint));
  return false;
}

function isNumber(node: Node): node is Extract<Node, { kind: 'scalar' }> & { readonly meaning: number } {
  return node.kind === 'scalar' && typeof node.meaning === 'number';
}

function countOf(
  key: string,
  { meaning, at }: { meaning: number; at: Span },
  report: Report,
): number | undefined {
  if (Number.isSafeInteger(meaning) && meaning >= 0) return meaning;
  report(error('bad-value', at, `${key} is a whole number from 0`, 'write digits alone'));
  return undefined;
}
