import { type FormValues, placeOf } from './forms.js';
import { error, type Report, type Span, warning } from './issues.js';
import type { Key, KeyTable } from './key.js';
import { NOT_YET } from './not-yet.js';
import { READERS } from './readers.js';
import { KEYS_BY_SECTION } from './schema.js';
import { suggest } from './suggest.js';
import { type Entry, gives, type MapNode } from './tree.js';

/** A value that was given, with the places of its key and of itself. */
export interface Found<V> {
  readonly value: V;
  readonly keyAt: Span;
  readonly at: Span;
}

/** The keys of a table that a map gives, each with the value that its form makes of it. */
export type Keys<T extends KeyTable> = { readonly [K in keyof T]?: Found<FormValues[T[K]['form']]> };

/**
 * Reads a map against its table. An empty value is as good as no key, as in v0.2.
 *
 * @param where names the map for people: `pre_build:api`, `service mongo`
 * @param unknown how bad a key is that the table does not have: v0.2 dropped it in silence
 */
export function readKeys<T extends KeyTable>(
  map: MapNode,
  table: T,
  where: string,
  report: Report,
  unknown: 'error' | 'warning' = 'warning',
): Keys<T> {
  const keys: Record<string, Found<unknown>> = {};
  const given = new Set(map.entries.map((entry) => entry.key));
  for (const written of map.entries) {
    const name = modernName(written, table, given, report);
    if (name === undefined) continue;
    const entry = { ...written, key: name };
    const key = Object.hasOwn(table, name) ? table[name] : undefined;
    if (key === undefined) {
      report(unknownKey(entry, table, where, unknown));
      continue;
    }
    if (isNotYet(name, key)) report(notSupportedYet(entry));
    if (entry.value.kind === 'null') continue;
    const value = READERS[key.form](entry, report, key);
    if (value !== undefined) keys[name] = { value, keyAt: entry.keyAt, at: placeOf(entry) };
    if (key.some === true && entry.value.kind === 'list' && entry.value.items.length === 0) {
      report(
        error(
          'empty-list',
          placeOf(entry),
          `${name} is empty: nothing matches it`,
          `fill it, or take ${name} out`,
        ),
      );
    }
  }
  for (const [name, key] of Object.entries(table)) {
    if (key.required === true && !gives(map, name)) {
      report(error('missing-key', map.at, `${where} has no ${name}`, `add ${name}: ${key.about}`));
    }
  }
  return keys as Keys<T>;
}

/** Reads a map that v0.2 did not know: nothing in it was ever ignored, so that an unknown key is an error. */
export function readOwnKeys<T extends KeyTable>(
  map: MapNode,
  table: T,
  where: string,
  report: Report,
): Keys<T> {
  return readKeys(map, table, where, report, 'error');
}

function isNotYet(name: string, key: Key): boolean {
  return key.ours === true && NOT_YET.includes(name);
}

/** @param severity error where v0.2 could not have run the file */
export function unknownKey(entry: Entry, table: KeyTable, where: string, severity: 'error' | 'warning') {
  const { key, keyAt } = entry;
  const what = where === '' ? 'a section' : `a key of ${where}`;
  const message = `"${shorten(key)}" is not ${what}${severity === 'warning' ? '; Cyclone v0.2 ignored it too' : ''}`;
  const hint = meant(key, table) ?? belongs(key) ?? `there are ${Object.keys(table).join(', ')}`;
  return severity === 'warning'
    ? warning('unknown-key', keyAt, message, hint)
    : error('unknown-key', keyAt, message, hint);
}

function notSupportedYet({ key, keyAt }: Entry) {
  return error(
    'not-supported-yet',
    keyAt,
    `"${key}" is not supported yet`,
    'take it out: a run that ignored it would do something else than the file says',
  );
}

/** `did you mean post_build?`, or undefined. */
export function meant(word: string, table: KeyTable): string | undefined {
  const names = Object.keys(table);
  const called = names.find((name) => table[name]?.elsewhere?.includes(word.toLowerCase()));
  const best = called ?? suggest(word, names);
  return best === undefined ? undefined : `did you mean ${best}?`;
}

function belongs(key: string): string | undefined {
  const sections = Object.entries(KEYS_BY_SECTION)
    .filter(([, table]) => Object.keys(table).includes(key))
    .map(([section]) => section);
  return sections.length === 0 ? undefined : `it is a key of ${sections.join(' and ')}`;
}

/** The key under its present name; undefined when an old name repeats a key that is there. */
function modernName(
  entry: Entry,
  table: KeyTable,
  given: ReadonlySet<string>,
  report: Report,
): string | undefined {
  const { key, keyAt } = entry;
  if (Object.hasOwn(table, key)) return key;
  const name = Object.keys(table).find((candidate) => table[candidate]?.oldName === key);
  if (name === undefined) return key;
  if (given.has(name)) {
    report(
      warning(
        'ignored-key',
        keyAt,
        `"${key}" is the old name of ${name}, which is there too`,
        `take ${key} out`,
      ),
    );
    return undefined;
  }
  report(warning('old-name', keyAt, `"${key}" is the old name of ${name}`, `write ${name}`));
  return name;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
