import type { Matrix } from './model.js';

/** The values of one cell by axis, in the order of the axes. */
export type Cell = Readonly<Record<string, string>>;

/** More checks than anyone reads on one commit; GitHub's own limit for a matrix is the same. */
export const MAX_CELLS = 256;

/** How many cells `exclude` may take away before we stop looking. */
const MAX_TRIED = 65_536;

/** The cells that were worked out already: the reader counts them, and the planner plans them. */
const KNOWN = new WeakMap<Matrix, readonly Cell[]>();

/**
 * The cells of a matrix in file order: the product of the axes without what `exclude` matches; then what
 * `include` adds. An entry of `include` that gives the axes of a cell adds its other values to that cell;
 * any other is a cell of its own. Gives no more than {@link MAX_CELLS}.
 */
export function cellsOf(matrix: Matrix): readonly Cell[] {
  const known = KNOWN.get(matrix) ?? expand(matrix, MAX_CELLS);
  KNOWN.set(matrix, known);
  return known;
}

/** How many cells there are; with more than {@link MAX_CELLS}, just more. */
export function countCells(matrix: Matrix): number {
  return expand(matrix, MAX_CELLS + 1).length;
}

function expand({ axes, include, exclude }: Matrix, limit: number): readonly Cell[] {
  const names = new Set(axes.map(({ name }) => name));
  const excluded = exclude.map((pattern) => Object.entries(pattern));
  const cells: Cell[] = [];
  let tried = 0;
  for (const cell of product(axes)) {
    tried += 1;
    if (cells.length === limit || tried > MAX_TRIED) break;
    if (!excluded.some((pattern) => matches(cell, pattern))) cells.push(cell);
  }
  for (const entry of include) {
    const pairs = Object.entries(entry);
    const given = pairs.filter(([name]) => names.has(name));
    const isMore = given.length > 0 && given.length < pairs.length;
    let isNew = true;
    for (const [index, cell] of isMore ? cells.entries() : []) {
      if (!matches(cell, given)) continue;
      cells[index] = { ...cell, ...entry };
      isNew = false;
    }
    if (isNew) cells.push(entry);
  }
  return distinct(cells).slice(0, limit);
}

/** `node=20, os=alpine` */
export function cellName(cell: Cell): string {
  return Object.entries(cell)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** The last axis turns fastest. Lazy: a file can ask for more cells than there is memory. */
function* product(axes: Matrix['axes'], from = 0, cell: Cell = {}): Generator<Cell> {
  const axis = axes[from];
  if (axis === undefined) {
    if (from > 0) yield cell;
    return;
  }
  for (const value of axis.values) yield* product(axes, from + 1, { ...cell, [axis.name]: value });
}

/** Whether a cell has these values. */
export function matches(cell: Cell, pattern: readonly (readonly [name: string, value: string])[]): boolean {
  return pattern.every(([name, value]) => cell[name] === value);
}

/** Two cells of one name would be two checks of one name. */
function distinct(cells: readonly Cell[]): readonly Cell[] {
  return [...new Map(cells.map((cell) => [cellName(cell), cell])).values()];
}
