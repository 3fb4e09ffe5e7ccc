import { suggest } from '../../pipeline/config/suggest.js';
import { isForeign } from './foreign.js';
import { ownLines } from './own-lines.js';
import { splitWords } from './words.js';

/** The word by which we are called where others listen too. */
const OUR_NAME = 'cyclone';

/** More than anybody types, and few enough to be carried out while the comment is still on the screen. */
const MOST_COMMANDS = 10;

/** Longer lines are no commands: names of stages are short. */
const LONGEST_LINE = 1000;

interface Typed {
  /** The line as it was typed. */
  readonly text: string;
}

export type Asked =
  | (Typed & { readonly kind: 'command'; readonly name: string; readonly args: readonly string[] })
  /** It was meant for us, or for one of our commands, and is none. */
  | (Typed & { readonly kind: 'unknown'; readonly word: string; readonly meant: string | undefined });

/**
 * The commands of a comment, in its order, each once. A command stands at the start of a line, in letters of ASCII:
 * what only looks like one is none.
 *
 * @param names of all commands, in lower case
 */
export function parseCommands(comment: string, names: readonly string[]): readonly Asked[] {
  const found = new Map<string, Asked>();
  for (const line of ownLines(comment)) {
    const asked = line.length > LONGEST_LINE ? undefined : parseLine(line.replace(/[ \t]+$/, ''), names);
    if (asked !== undefined && !found.has(keyOf(asked))) found.set(keyOf(asked), asked);
    if (found.size === MOST_COMMANDS) break;
  }
  return [...found.values()];
}

function keyOf(asked: Asked): string {
  return JSON.stringify(asked.kind === 'command' ? [asked.name, ...asked.args] : asked.word);
}

function parseLine(text: string, names: readonly string[]): Asked | undefined {
  const [, typed = '', rest = ''] = /^\/([A-Za-z][A-Za-z_-]{0,24})(?:[ \t]+(.*))?$/.exec(text) ?? [];
  const word = typed.toLowerCase();
  if (word === OUR_NAME) return parseOurs(text, rest, names);
  if (word === '' || isForeign(word, rest)) return undefined;
  if (names.includes(word)) return { kind: 'command', name: word, args: splitWords(rest), text };
  // With more behind it, it is a sentence, a path, or a command of somebody else's.
  const meant = rest === '' ? suggest(word, names) : undefined;
  return meant === undefined ? undefined : { kind: 'unknown', word: typed, meant, text };
}

/** Behind our name, nothing is anybody else's. */
function parseOurs(text: string, rest: string, names: readonly string[]): Asked | undefined {
  if (rest === '') return { kind: 'command', name: 'help', args: [], text };
  const [, typed = '', more = ''] = /^([A-Za-z][A-Za-z_-]{0,24})(?:[ \t]+(.*))?$/.exec(rest) ?? [];
  const word = typed.toLowerCase();
  if (names.includes(word)) return { kind: 'command', name: word, args: splitWords(more), text };
  return typed === '' ? undefined : { kind: 'unknown', word: typed, meant: suggest(word, names), text };
}
