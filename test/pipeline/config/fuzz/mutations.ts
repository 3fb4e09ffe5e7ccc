import { KEYS_BY_SECTION, OWN_STAGE_KEYS, SECTIONS } from '../../../../src/pipeline/config/schema.js';
import type { SourceFile } from './sources.js';

/** Numbers from 0 to below `below`, the same for the same seed. */
type Dice = (below: number) => number;

type Mutation = (text: string, dice: Dice, sources: readonly SourceFile[]) => string;

/** One of the sources with one to five mistakes in it; the same for the same seed. */
export function mutated(sources: readonly SourceFile[], seed: number): string {
  const dice = diceOf(seed);
  let { text } = pick(sources, dice);
  for (let left = 1 + dice(5); left > 0; left -= 1) text = pick(MUTATIONS, dice)(text, dice, sources);
  return text;
}

/** mulberry32, of Tommy Ettinger: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function diceOf(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

function pick<T>(of: readonly T[], dice: Dice): T {
  const found = of[dice(of.length)];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

const KEYS = [
  ...Object.keys(SECTIONS),
  ...Object.values(KEYS_BY_SECTION).flatMap((table) => Object.keys(table)),
  ...Object.keys(OWN_STAGE_KEYS),
  ...[
    'include',
    'exclude',
    'branches',
    'paths',
    'cron',
    'max',
    'exit_codes',
    'memory',
    '__proto__',
    'constructor',
  ],
];

const VALUES = [
  ...[
    '',
    '~',
    '[]',
    '{}',
    'yes',
    '1.10',
    '-1',
    '0x1F',
    '.inf',
    '.nan',
    '2024-01-01',
    '!!binary aGk=',
    '1e999',
  ],
  ...[
    '[[[',
    ']]',
    '"',
    "'",
    '|',
    '>-',
    '*a',
    '&a',
    '<<: *a',
    '"\\u0000"',
    '!x y',
    '[build, build]',
    '{ max: 99 }',
  ],
  ...[
    '30m',
    '99999h',
    '512Mi',
    '../..',
    '/etc/passwd',
    'BUILT_IMAGE',
    '**/[',
    '{a,b',
    '* * * *',
    '60 25 * * 8',
  ],
];

/** Marks that turn text, surrogates alone, what looks like a space, what is more than one unit. */
const UNICODE = [
  '\u202e',
  '\ud800',
  '\udfff',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '😀',
  'é',
  '\u200b',
  '\uffff',
  'ｂuild',
];

const MUTATIONS: readonly Mutation[] = [
  // bytes
  (text, dice) => splice(text, dice, 1, String.fromCharCode(dice(256))),
  (text, dice) => splice(text, dice, dice(40), ''),
  (text, dice) => splice(text, dice, 0, pick(UNICODE, dice)),
  (text, dice) => text.slice(0, dice(text.length)),
  // lines
  (text, dice) => lines(text, dice, (line) => [line, line]),
  (text, dice) => lines(text, dice, () => []),
  (text, dice) => lines(text, dice, (line) => [`${' '.repeat(dice(5))}${line}`]),
  (text, dice) => lines(text, dice, (line) => [line.replace(/^ {1,4}/, '')]),
  (text, dice) => lines(text, dice, (line) => [line.replace(/^ +/, (spaces) => '\t'.repeat(spaces.length))]),
  (text, dice) => {
    const all = text.split('\n');
    const at = dice(all.length);
    return all.with(at, all[dice(all.length)] ?? '').join('\n');
  },
  // keys and values
  (text, dice) => lines(text, dice, (line) => [line.replace(/[\w-]+:/, `${pick(KEYS, dice)}:`)]),
  (text, dice) => lines(text, dice, (line) => [line.replace(/:.*/, `: ${pick(VALUES, dice)}`)]),
  (text, dice) =>
    lines(text, dice, (line) => [
      line,
      `${/^ */.exec(line)?.[0] ?? ''}${pick(KEYS, dice)}: ${pick(VALUES, dice)}`,
    ]),
  (text, dice) => splice(text, dice, 0, pick(VALUES, dice)),
  // anchors and aliases
  (text, dice) => lines(text, dice, (line) => [line.replace(/: *(?=\S)/, ': &a ')]),
  (text, dice) => lines(text, dice, (line) => [line.replace(/:.*/, ': *a')]),
  (text, dice) => lines(text, dice, (line) => [line, `${/^ */.exec(line)?.[0] ?? ''}<<: *a`]),
  // sections and whole files
  (text, dice) => `${text}\n${sections(text)[dice(sections(text).length)] ?? ''}`,
  (text, dice, sources) => `${text}\n${pick(sources, dice).text}`,
  (text, dice, sources) => `${text}\n---\n${pick(sources, dice).text}`,
  // nesting
  (text, dice) => splice(text, dice, 0, pick(['[', '{a: ', '- ', '? '], dice).repeat(1 + dice(120))),
  (text, dice) => `a:\n${lines(text, dice, (line) => [line]).replaceAll(/^/gm, ' '.repeat(1 + dice(8)))}`,
];

function splice(text: string, dice: Dice, length: number, piece: string): string {
  const at = dice(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at + length);
}

function lines(text: string, dice: Dice, change: (line: string) => readonly string[]): string {
  const all = text.split('\n');
  const at = dice(all.length);
  return [...all.slice(0, at), ...change(all[at] ?? ''), ...all.slice(at + 1)].join('\n');
}

function sections(text: string): readonly string[] {
  return text.split(/^(?=\w)/m);
}
