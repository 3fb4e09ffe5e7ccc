import { error, type Report, type Span, warning } from './issues.js';
import type { Form, Key } from './key.js';
import { ON_KEYS } from './own-keys.js';
import { shellWords } from './shell-words.js';
import type { Entry, ListNode, MapNode, Node, ScalarNode } from './tree.js';

/** A text with its place, for issues about one item of a list. */
export interface PlacedText {
  readonly text: string;
  readonly at: Span;
}

export interface PlacedCount {
  readonly count: number;
  readonly at: Span;
}

/** What each form gives to its reader. */
export interface FormValues {
  readonly text: string;
  readonly flag: boolean;
  readonly bytes: number;
  readonly texts: readonly PlacedText[];
  readonly 'text-or-texts': readonly PlacedText[];
  readonly words: readonly PlacedText[];
  readonly environment: readonly PlacedText[];
  readonly map: MapNode;
  readonly maps: readonly MapNode[];
  /** seconds */
  readonly duration: number;
  /** bytes */
  readonly size: number;
  readonly number: number;
  readonly count: number;
  readonly counts: readonly PlacedCount[];
  readonly 'count-or-map': number | MapNode;
  readonly choice: string;
  readonly choices: readonly PlacedText[];
  readonly globs: readonly PlacedText[];
  readonly 'path-globs': readonly PlacedText[];
  readonly 'cache-paths': readonly PlacedText[];
  readonly path: string;
  readonly secrets: readonly PlacedText[];
}

const EACH_A_LINE = 'give each a line of its own, after "- "';

const TAKES: Record<Form, { readonly what: string; readonly hint: string }> = {
  text: { what: 'a string', hint: 'write the value behind the colon, in one line' },
  flag: { what: 'true or false', hint: 'write true or false, without quotes' },
  bytes: { what: 'a number of bytes', hint: 'write a whole number, without quotes: 536870912 is 512 MiB' },
  texts: { what: 'a list of strings', hint: EACH_A_LINE },
  'text-or-texts': { what: 'a string or a list of strings', hint: EACH_A_LINE },
  words: { what: 'a string or a list of strings', hint: EACH_A_LINE },
  environment: { what: 'a list of NAME=value, or a map', hint: 'write "- NAME=value", or "NAME: value"' },
  map: { what: 'a map', hint: 'write "key: value" lines below it, indented' },
  maps: { what: 'a list of maps', hint: 'begin each with "- ", its keys indented below' },
  duration: { what: 'a duration', hint: 'write 90s, 30m, 2h, or a number of seconds' },
  size: { what: 'a size', hint: 'write 512Mi, 2Gi, or a number of bytes' },
  number: { what: 'a number', hint: 'write a number, without quotes' },
  count: { what: 'a whole number', hint: 'write a whole number, without quotes' },
  counts: { what: 'a whole number or a list of them', hint: 'write [1, 137], without quotes' },
  'count-or-map': { what: 'a whole number or a map', hint: 'write a whole number, without quotes' },
  choice: { what: 'a string', hint: 'write one word behind the colon' },
  choices: { what: 'a string or a list of strings', hint: EACH_A_LINE },
  globs: { what: 'a string or a list of strings', hint: EACH_A_LINE },
  'path-globs': { what: 'a string or a list of strings', hint: EACH_A_LINE },
  'cache-paths': { what: 'a string or a list of strings', hint: EACH_A_LINE },
  path: { what: 'a path', hint: 'write a path behind the colon' },
  secrets: { what: 'a string or a list of strings', hint: EACH_A_LINE },
};

export type Reader<F extends Form> = (entry: Entry, report: Report, key: Key) => FormValues[F] | undefined;

export type Readers<F extends Form> = { readonly [K in F]: Reader<K> };

type BaseForm =
  | 'text'
  | 'flag'
  | 'bytes'
  | 'texts'
  | 'text-or-texts'
  | 'words'
  | 'environment'
  | 'map'
  | 'maps';

/** One reader per form. Each reports what it cannot take and returns undefined for it. */
export const BASE_READERS: Readers<BaseForm> = {
  text: (entry, report) => (entry.value.kind === 'scalar' ? entry.value.text : refuse('text', entry, report)),

  flag: (entry, report) => {
    const { value } = entry;
    return value.kind === 'scalar' && typeof value.meaning === 'boolean'
      ? value.meaning
      : refuse('flag', entry, report);
  },

  bytes: (entry, report) => {
    const { value } = entry;
    if (value.kind !== 'scalar' || typeof value.meaning !== 'number') return refuse('bytes', entry, report);
    const bytes = Math.trunc(value.meaning);
    if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
    report(error('bad-value', value.at, `${entry.key} is no number of bytes`, TAKES.bytes.hint));
    return undefined;
  },

  texts: (entry, report) => readList(entry, report),

  'text-or-texts': (entry, report) => readTexts('text-or-texts', entry, report),

  words: (entry, report) =>
    readItemsOr(entry, 'words', report, (scalar) => splitWords(entry.key, scalar, report)),

  environment: (entry, report) => {
    const { value } = entry;
    if (value.kind === 'list') return readItems(entry.key, value, report);
    return value.kind === 'map' ? readPairs(value, report) : refuse('environment', entry, report);
  },

  map: (entry, report) => (entry.value.kind === 'map' ? entry.value : refuse('map', entry, report)),

  maps: (entry, report) => {
    const { value } = entry;
    if (value.kind === 'map') return [value];
    return value.kind === 'list' ? readMaps(entry.key, value, report) : refuse('maps', entry, report);
  },
};

/** The value where it stands beside its key, else the key: a block below would point too far down. */
export function placeOf({ keyAt, value }: Entry): Span {
  return value.at.line === keyAt.line ? value.at : keyAt;
}

/** Says what a form takes, and what stands there instead. */
export function refuse(form: Form, entry: Entry, report: Report): undefined {
  const { what, hint } = TAKES[form];
  const message = `${entry.key} takes ${what}, and this is ${nameOf(entry.value)}`;
  report(error('wrong-type', placeOf(entry), message, sizeHint(form, entry) ?? eventHint(entry) ?? hint));
  return undefined;
}

/** Elsewhere `on: push` and `on: [push, pull_request]` are the usual forms. */
function eventHint({ key, value }: Entry): string | undefined {
  if (key !== 'on') return undefined;
  const given = value.kind === 'list' ? value.items : [value];
  const names = given.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
  const isEvents = names.length > 0 && names.every((name) => Object.hasOwn(ON_KEYS, name));
  return isEvents ? `write on: { ${names.map((name) => `${name}:`).join(', ')} }` : undefined;
}

/** `512m` means something to Docker's command line, but not here. */
function sizeHint(form: Form, { key, value }: Entry): string | undefined {
  if (form !== 'bytes' || value.kind !== 'scalar') return undefined;
  const size = /^(\d+(?:\.\d+)?) ?([kmg]?)(?:i?b)?$/i.exec(value.text);
  if (size === null) return undefined;
  const power = 'kmg'.indexOf((size[2] ?? '').toLowerCase() || '-') + 1;
  return `write it in bytes, without quotes: ${key}: ${Math.round(Number(size[1]) * 1024 ** power)}`;
}

export function readList(entry: Entry, report: Report): readonly PlacedText[] | undefined {
  return entry.value.kind === 'list'
    ? readItems(entry.key, entry.value, report)
    : refuse('texts', entry, report);
}

/** A string as a list of one. */
export function readTexts(form: Form, entry: Entry, report: Report): readonly PlacedText[] | undefined {
  return readItemsOr(entry, form, report, (scalar) => [{ text: scalar.text, at: scalar.at }]);
}

function readItemsOr(
  entry: Entry,
  form: Form,
  report: Report,
  single: (scalar: ScalarNode) => readonly PlacedText[] | undefined,
): readonly PlacedText[] | undefined {
  const { value } = entry;
  if (value.kind === 'list') return readItems(entry.key, value, report);
  return value.kind === 'scalar' ? single(value) : refuse(form, entry, report);
}

function readItems(key: string, list: ListNode, report: Report): readonly PlacedText[] {
  const texts: PlacedText[] = [];
  for (const item of list.items) {
    if (item.kind === 'scalar') {
      texts.push({ text: item.text, at: item.at });
    } else if (item.kind === 'null') {
      report(
        warning(
          'empty-item',
          item.at,
          `an empty item of ${key}`,
          'take the "-" out, or write "" for an empty string',
        ),
      );
    } else {
      const hint =
        key === 'environment'
          ? 'write "- NAME=value"'
          : 'a colon and a space make a map of it: put the whole item in quotes';
      report(
        error('wrong-type', item.at, `an item of ${key} is a string, and this is ${nameOf(item)}`, hint),
      );
    }
  }
  return texts;
}

function readPairs(map: MapNode, report: Report): readonly PlacedText[] {
  const texts: PlacedText[] = [];
  for (const entry of map.entries) {
    const { key, keyAt, value } = entry;
    // The part behind the sign would become a part of the value; and no variable holds a NUL.
    if (/[=\0]/.test(key)) {
      const what = key.includes('=') ? '"="' : 'NUL character';
      const hint = 'write the value behind the colon: NAME: value';
      report(error('bad-value', keyAt, `a name has no ${what}`, hint));
      continue;
    }
    if (value.kind === 'scalar') texts.push({ text: `${key}=${value.text}`, at: keyAt });
    else if (value.kind === 'null') texts.push({ text: `${key}=`, at: keyAt });
    else refuse('text', entry, report);
  }
  return texts;
}

function readMaps(key: string, list: ListNode, report: Report): readonly MapNode[] {
  const maps: MapNode[] = [];
  for (const item of list.items) {
    if (item.kind === 'map') maps.push(item);
    else if (item.kind === 'null')
      report(warning('empty-item', item.at, `an empty item of ${key}`, 'take the "-" out'));
    else
      report(
        error(
          'wrong-type',
          item.at,
          `an item of ${key} is a map, and this is ${nameOf(item)}`,
          TAKES.maps.hint,
        ),
      );
  }
  return maps;
}

function splitWords(key: string, scalar: ScalarNode, report: Report): readonly PlacedText[] | undefined {
  const split = shellWords(scalar.text);
  if (split.ok) return split.words.map((text) => ({ text, at: scalar.at }));
  const message =
    split.open === '\\' ? `${key} ends with a backslash` : `${key} has a ${split.open} that is never closed`;
  report(
    error(
      'unbalanced-quote',
      scalar.at,
      message,
      'write it as a list, and no word needs quotes: ["sh", "-c", "…"]',
    ),
  );
  return undefined;
}

/** What a value is, for people: `a list`. */
export function nameOf(node: Node): string {
  switch (node.kind) {
    case 'null':
      return 'empty';
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'scalar':
      return typeof node.meaning === 'string' ? 'a string' : `a ${typeof node.meaning}`;
  }
}
