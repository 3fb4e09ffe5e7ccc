import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type Node as YamlNode } from 'yaml';
import { error, type Report, type Span, warning } from './issues.js';
import { MAX_NESTING } from './tokens.js';

/** The file as plain data with places: aliases followed, merge keys merged, equal keys made one. */
export type Node = NullNode | ScalarNode | ListNode | MapNode;

interface NullNode {
  readonly kind: 'null';
  readonly at: Span;
  readonly weight: number;
}

export interface ScalarNode {
  readonly kind: 'scalar';
  /** As written, without quotes: `1.10` and `yes` stay what they are. */
  readonly text: string;
  /** What YAML 1.1 takes it for: `yes` is true, `0x1F` is 31. */
  readonly meaning: string | number | boolean;
  readonly at: Span;
  readonly weight: number;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly at: Span;
  readonly weight: number;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  /** Keys that were there before: of equal ones the last is among the entries. */
  readonly repeated?: readonly Span[];
  readonly at: Span;
  readonly weight: number;
}

export interface Entry {
  readonly key: string;
  readonly keyAt: Span;
  readonly value: Node;
}

/** Gives a key a value, be it a wrong one; an empty list is none. */
export function gives(map: MapNode, key: string): boolean {
  const value = map.entries.find((entry) => entry.key === key)?.value;
  if (value === undefined || value.kind === 'null') return false;
  return value.kind !== 'list' || value.items.length > 0;
}

/**
 * What aliases and merge keys may add to the file, in characters: as much again as the largest file.
 * (The parser's own maxAliasCount guards its conversion to JavaScript values, which has no places.)
 */
const MAX_ALIASED = 1024 * 1024;

type Place = (start: number, end: number) => Span;

/** Walks the document in its own order, so that an alias finds the last anchor before it. */
export function toTree(contents: YamlNode | null, place: Place, report: Report): Node {
  const anchors = new Map<string, Node | 'open'>();
  let aliased = 0;
  let exhausted = false;

  function read(node: unknown, depth: number, fallback: Span): Node {
    if (isPair(node)) return readMap([node], fallback, depth);
    const at = spanOf(node) ?? fallback;
    if (depth > MAX_NESTING) {
      report(
        error(
          'too-deep',
          at,
          `nested deeper than ${MAX_NESTING} levels`,
          'caicloud.yml nests 5 levels at most',
        ),
      );
      return nothing(at);
    }
    if (isAlias(node)) return follow(node.source, at);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const tree = readPlain(node, at, depth);
    if (anchor !== undefined) anchors.set(anchor, tree);
    return tree;
  }

  function readPlain(node: unknown, at: Span, depth: number): Node {
    if (isMap(node)) return readMap(node.items, at, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => read(item, depth + 1, at));
      return { kind: 'list', items, at, weight: 1 + sum(items) };
    }
    return isScalar(node) ? readScalar(node.value, node.source, at) : nothing(at);
  }

  function readScalar(value: unknown, source: string | undefined, at: Span): Node {
    if (value === null || value === undefined) return nothing(at);
    const meaning = meaningOf(value, source);
    const text = typeof meaning === 'string' ? meaning : (source ?? String(meaning));
    if (text.includes('\0')) {
      report(
        error(
          'control-character',
          at,
          'a NUL character in a value',
          'no program can be given one: take it out',
        ),
      );
      return nothing(at);
    }
    return { kind: 'scalar', text, meaning, at, weight: 1 + text.length };
  }

  function readMap(pairs: readonly Pair[], at: Span, depth: number): MapNode {
    const entries = new Map<string, Entry>();
    const merged = new Set<string>();
    const repeated: Span[] = [];
    for (const pair of pairs) {
      const keyAt = spanOf(pair.key) ?? at;
      if (isMergeKey(pair.key)) {
        for (const entry of readMerge(read(pair.value, depth + 1, keyAt))) {
          if (entries.has(entry.key)) continue;
          entries.set(entry.key, entry);
          merged.add(entry.key);
        }
        continue;
      }
      const key = keyText(pair.key);
      const value = read(pair.value, depth + 1, keyAt);
      if (key === undefined) {
        report(error('wrong-type', keyAt, 'a key is text, and this is not', 'put the key in quotes'));
        continue;
      }
      const earlier = entries.get(key);
      if (earlier !== undefined && !merged.delete(key)) {
        repeated.push(keyAt);
        report(
          warning(
            'duplicate-key',
            keyAt,
            `"${key}" was given in line ${earlier.keyAt.line} already; this one counts`,
            'keep one of them',
          ),
        );
      }
      entries.set(key, { key, keyAt, value });
    }
    const list = [...entries.values()];
    const weight = 1 + sum(list.map((entry) => entry.value));
    return { kind: 'map', entries: list, ...(repeated.length === 0 ? {} : { repeated }), at, weight };
  }

  function readMerge(node: Node): readonly Entry[] {
    const maps = node.kind === 'list' ? node.items : [node];
    const entries: Entry[] = [];
    for (const map of maps) {
      if (map.kind !== 'map') {
        report(error('wrong-type', map.at, '<< takes a map, or a list of maps', 'write "<<: *name"'));
      } else if (spend(map.entries.length, map.at)) {
        entries.push(...map.entries);
      }
    }
    return entries;
  }

  function follow(name: string, at: Span): Node {
    const target = anchors.get(name);
    if (target === undefined || target === 'open') {
      const message =
        target === 'open'
          ? `"*${name}" stands inside its own anchor`
          : `there is no anchor "&${name}" before this`;
      report(
        error(
          'unknown-anchor',
          at,
          message,
          'an alias repeats what an anchor before it has named; put quotes around a * that is meant as text',
        ),
      );
      return nothing(at);
    }
    return spend(target.weight, at) ? target : nothing(at);
  }

  function spend(weight: number, at: Span): boolean {
    aliased += weight;
    if (aliased <= MAX_ALIASED) return true;
    if (!exhausted) {
      report(
        error(
          'too-many-aliases',
          at,
          'aliases repeat more than a megabyte',
          'repeat less; each alias counts as long as what it repeats',
        ),
      );
    }
    exhausted = true;
    return false;
  }

  function spanOf(node: unknown): Span | undefined {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    return range ? place(range[0], range[1]) : undefined;
  }

  return read(contents, 0, place(0, 0));
}

function nothing(at: Span): NullNode {
  return { kind: 'null', at, weight: 1 };
}

function sum(nodes: readonly Node[]): number {
  return nodes.reduce((total, node) => total + node.weight, 0);
}

function meaningOf(value: unknown, source: string | undefined): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  // Dates and big integers: nothing in the language takes one, so their text is what was meant.
  return source ?? '';
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? '');
}
