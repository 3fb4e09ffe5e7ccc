import type { ChainStage } from '../model.js';
import { error, type Report, type Span, warning } from './issues.js';
import type { KeyTable } from './key.js';
import { meant, unknownKey } from './keys.js';
import { KEYS_BY_SECTION } from './schema.js';
import { type Part, whole } from './stage.js';
import type { Entry, MapNode, Node } from './tree.js';

/** Each is a check on GitHub, a container and a page. */
const MAX_PARTS = 100;

/** With one of these, a section is a stage; without, a map of named parts. */
const OF_A_STAGE = ['image', 'context_dir', 'dockerfile_name'];

/**
 * The stages of pre_build, build or post_build: one, or one per part in the order of the file. Keys that
 * v0.2 did not have may stand beside the parts: each part has them, unless it says otherwise.
 */
export function readParts(stage: ChainStage, at: Span, section: MapNode, report: Report): readonly Part[] {
  if (isStage(section)) return [whole(stage, at, section)];
  const table = KEYS_BY_SECTION[stage] ?? {};
  const named: Entry[] = [];
  const shared: Entry[] = [];
  const loose: Entry[] = [];
  for (const entry of section.entries) {
    if (isShared(entry, table)) shared.push(entry);
    else if (entry.value.kind === 'map' || entry.value.kind === 'null') named.push(entry);
    else loose.push(entry);
  }
  if (named.length === 0) loose.push(...shared);
  reportLoose(stage, at, loose, table, report);
  const tooMany = named[MAX_PARTS];
  if (tooMany !== undefined) {
    report(
      error('too-many', tooMany.keyAt, `${stage} has more than ${MAX_PARTS} parts`, 'join some of them'),
    );
  }
  const parts: Part[] = [];
  for (const entry of named.slice(0, MAX_PARTS))
    parts.push(withShared(toPart(stage, entry, parts, report), shared));
  return parts;
}

function isStage(map: MapNode): boolean {
  return map.entries.some(({ key, value }) => OF_A_STAGE.includes(key) && isGiven(value));
}

function isGiven(value: Node): boolean {
  return value.kind === 'scalar' ? value.text !== '' : value.kind !== 'null';
}

function isShared({ key, value }: Entry, table: KeyTable): boolean {
  // A part may bear any name: `cache: { image: redis }` is one.
  const isPart = value.kind === 'map' && isStage(value);
  return Object.hasOwn(table, key) && table[key]?.ours === true && !isPart;
}

function withShared(part: Part, shared: readonly Entry[]): Part {
  const own = new Set(part.map.entries.map(({ key }) => key));
  const entries = [...part.map.entries, ...shared.filter(({ key }) => !own.has(key))];
  return { ...part, map: { ...part.map, entries } };
}

function toPart(stage: ChainStage, entry: Entry, others: readonly Part[], report: Report): Part {
  const { key, keyAt, value } = entry;
  const part = partName(key, others);
  if (part !== key) {
    report(
      warning(
        'bad-value',
        keyAt,
        `the part is called "${part}" in checks and addresses`,
        'name it by letters, digits, "_", "." and "-"',
      ),
    );
  }
  const map: MapNode = value.kind === 'map' ? value : { kind: 'map', entries: [], at: keyAt, weight: 0 };
  return { stage, part, id: `${stage}:${part}`, at: keyAt, map };
}

/** The name goes into checks, addresses and names of files: letters of any script, no separators. */
function partName(key: string, others: readonly Part[]): string {
  const legal = key.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '-').slice(0, 60) || 'part';
  const taken = (name: string): boolean => others.some((other) => other.part === name);
  let name = legal;
  for (let count = 2; taken(name); count++) name = `${legal}-${count}`;
  return name;
}

/** Keys that belong to no part: v0.2 says "cannot unmarshal !!str" here. */
function reportLoose(
  stage: ChainStage,
  at: Span,
  loose: readonly Entry[],
  table: KeyTable,
  report: Report,
): void {
  const known = loose.filter(({ key }) => Object.hasOwn(table, key));
  const unknown = loose.filter(({ key }) => !Object.hasOwn(table, key));
  for (const entry of unknown) report(unknownKey(entry, table, stage, 'error'));
  const [first] = known;
  const misspelt = unknown.some(({ key }) => OF_A_STAGE.some((name) => meant(key, table)?.includes(name)));
  if (first === undefined || misspelt) return;
  const needs = stage === 'build' ? 'context_dir or dockerfile_name' : 'image';
  report(error('no-image', at, `${stage} has "${first.key}" but no ${needs}`, `add ${needs}`));
}
