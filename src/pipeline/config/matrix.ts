import { cellsOf, countCells, MAX_CELLS, matches } from '../matrix.js';
import type { Matrix } from '../model.js';
import { type PlacedText, placeOf, readList, refuse } from './forms.js';
import { error, type Report, type Span, warning } from './issues.js';
import { suggest } from './suggest.js';
import type { Entry, MapNode, Node } from './tree.js';
import { isVariableName, VARIABLE_NAME_HINT } from './variable-name.js';

/** Before `exclude`: what is left out is counted out one by one. */
const MAX_COMBINATIONS = 2 * MAX_CELLS;

/** Entries of `include` and of `exclude`. */
const MAX_ENTRIES = 50;

/** Longer than any value that a person wants to read in the name of a check. */
const MAX_VALUE = 60;

type Axis = Matrix['axes'][number];

interface PlacedCell {
  readonly cell: Readonly<Record<string, string>>;
  readonly at: Span;
}

/** What an alias repeats is one node: hundreds of stages can share a matrix of hundreds of cells. */
const READ = new WeakMap<MapNode, { readonly matrix: Matrix | undefined }>();

/** Undefined: so wrong that nothing can be made of it. */
export function readMatrix(map: MapNode, report: Report): Matrix | undefined {
  // Its mistakes have been reported then: those at one place are one.
  const read = READ.get(map) ?? { matrix: readOnce(map, report) };
  READ.set(map, read);
  return read.matrix;
}

function readOnce(map: MapNode, report: Report): Matrix | undefined {
  const axes: Axis[] = [];
  const lists: { include: readonly PlacedCell[]; exclude: readonly PlacedCell[] } = {
    include: [],
    exclude: [],
  };
  for (const entry of map.entries) {
    if (entry.key === 'include' || entry.key === 'exclude') lists[entry.key] = readCells(entry, report);
    else axes.push(readAxis(entry, report));
  }
  const { include, exclude } = lists;
  const matrix: Matrix = {
    axes,
    include: include.map(({ cell }) => cell),
    exclude: exclude.map(({ cell }) => cell),
  };
  return isUsable(matrix, map, report) && reportUnmatched(matrix, lists, map, report) ? matrix : undefined;
}

function readAxis(entry: Entry, report: Report): Axis {
  const { key, keyAt } = entry;
  checkAxisName(key, keyAt, report);
  if (entry.value.kind === 'null') return { name: key, values: [] };
  const values = new Map<string, PlacedText>();
  for (const item of readList(entry, report) ?? []) {
    if (values.has(item.text)) {
      report(warning('ignored-value', item.at, `"${item.text}" is there twice`, 'keep one of them'));
    } else {
      values.set(item.text, item);
      checkValue(item, report);
    }
  }
  return { name: key, values: [...values.keys()] };
}

function checkAxisName(name: string, at: Span, report: Report): void {
  if (isVariableName(name)) return;
  report(error('bad-value', at, 'this cannot name a value of the matrix', VARIABLE_NAME_HINT));
}

/** It stands in the name of a check, and in a variable. */
function checkValue({ text, at }: PlacedText, report: Report): void {
  if (text !== '' && text.length <= MAX_VALUE && !/\p{Cc}/u.test(text)) return;
  const message = 'this value cannot stand in the name of a check';
  report(error('bad-stage-name', at, message, `it is one line of 1 to ${MAX_VALUE} characters`));
}

function readCells(entry: Entry, report: Report): readonly PlacedCell[] {
  const { key, value } = entry;
  if (value.kind === 'null') return [];
  const nodes: readonly Node[] = value.kind === 'list' ? value.items : [value];
  const tooMany = nodes[MAX_ENTRIES];
  if (tooMany !== undefined) {
    const hint = 'make two stages of it';
    report(error('too-many', tooMany.at, `${key} has more than ${MAX_ENTRIES} entries`, hint));
  }
  const cells: PlacedCell[] = [];
  for (const node of nodes.slice(0, MAX_ENTRIES)) {
    if (node.kind === 'map') cells.push({ cell: readCell(node, report), at: node.at });
    else refuse('maps', { ...entry, value: node }, report);
  }
  return cells;
}

function readCell(map: MapNode, report: Report): PlacedCell['cell'] {
  const pairs: [string, string][] = [];
  for (const entry of map.entries) {
    checkAxisName(entry.key, entry.keyAt, report);
    if (entry.value.kind !== 'scalar') {
      refuse('text', entry, report);
      continue;
    }
    checkValue({ text: entry.value.text, at: placeOf(entry) }, report);
    pairs.push([entry.key, entry.value.text]);
  }
  return Object.fromEntries(pairs);
}

function isUsable(matrix: Matrix, map: MapNode, report: Report): boolean {
  const empty = matrix.axes.find(({ values }) => values.length === 0);
  if (empty !== undefined || (matrix.axes.length === 0 && matrix.include.length === 0)) {
    const at = map.entries.find(({ key }) => key === empty?.name)?.keyAt ?? map.at;
    const message = empty === undefined ? 'the matrix has no values' : `${empty.name} has no values`;
    report(error('empty-matrix', at, message, 'write a list: node: [20, 22]'));
    return false;
  }
  const combinations = matrix.axes.reduce((product, { values }) => product * values.length, 1);
  if (combinations > MAX_COMBINATIONS) tooManyCells(map, report);
  return combinations <= MAX_COMBINATIONS;
}

function tooManyCells(map: MapNode, report: Report): void {
  const message = `the matrix has more than ${MAX_CELLS} cells`;
  report(error('too-many-cells', map.at, message, 'take values out, or make two stages of it'));
}

/** @returns whether any cell is left, and not too many */
function reportUnmatched(
  matrix: Matrix,
  { include, exclude }: { include: readonly PlacedCell[]; exclude: readonly PlacedCell[] },
  map: MapNode,
  report: Report,
): boolean {
  for (const { cell, at } of exclude) reportUnknown(cell, at, matrix, report);
  const axes = matrix.axes.map(({ name }) => name);
  const cells = include.length === 0 ? [] : cellsOf({ ...matrix, include: [] });
  for (const { cell, at } of include) {
    const named = Object.entries(cell).filter(([name]) => axes.includes(name));
    const isOwn = named.length === axes.length;
    const isMore = named.length > 0 && cells.some((other) => matches(other, named));
    if (isOwn || isMore) continue;
    const message = 'this include names no cell of the matrix, and too little for one of its own';
    report(error('matrix-no-match', at, message, `name ${axes.join(', ')}`));
  }
  const count = countCells(matrix);
  if (count === 0) {
    report(error('empty-matrix', map.at, 'exclude leaves nothing of the matrix', 'exclude less'));
  } else if (count > MAX_CELLS) {
    tooManyCells(map, report);
  }
  return count > 0 && count <= MAX_CELLS;
}

function reportUnknown(cell: PlacedCell['cell'], at: Span, matrix: Matrix, report: Report): void {
  for (const [name, value] of Object.entries(cell)) {
    const axis = matrix.axes.find((candidate) => candidate.name === name);
    if (axis?.values.includes(value) === true) continue;
    const what = axis === undefined ? `has no ${name}` : `has no ${name}=${value}`;
    const names = axis === undefined ? matrix.axes.map((candidate) => candidate.name) : axis.values;
    const best = suggest(axis === undefined ? name : value, names);
    const hint = best === undefined ? `there are ${names.join(', ')}` : `did you mean ${best}?`;
    report(error('matrix-no-match', at, `the matrix ${what}: this exclude matches nothing`, hint));
    return;
  }
  if (Object.keys(cell).length > 0) return;
  report(error('matrix-no-match', at, 'an empty exclude matches everything', 'name values in it'));
}
