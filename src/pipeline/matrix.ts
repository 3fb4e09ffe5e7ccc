import type { Matrix } from './model.js';

/** The values of one cell by axis, in the order of the axes. */
export type Cell = Readonly<Record<string, string>>;

/** More checks than anyone reads on one commit; GitHub's own limit for a matrix is the same. */
export const MAX_CELLS = 256;

/** How many cells `exclude` may take away before we stop looking. */
const MAX_TRIED = 65_536;

/**
 * The cells of a matrix in file order: the product of the axes without what `exclude` matches; then what
 * `include` adds. An entry of `include` that gives the axes of a cell adds its other values to that cell;
 * any other is a cell of its own. Gives no more than `limit`.
 */
export function cellsOf({ axes, include, exclude }: Matrix, limit = MAX_CELLS): readonly Cell[] {
  const names = axes.map(({ name }) => name);
  const cells: Cell[] = [];
  let tried = 0;
  for (const cell of product(axes)) {
    tried += 1;
    if (cells.length === limit || tried > MAX_TRIED) break;
    if (!exclude.some((pattern) => matches(cell, pattern))) cells.push(cell);
  }
  for (const entry of include) {
    const given = Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));
    const isMore = Object.keys(given).length > 0 && Object.keys(given).length < Object.keys(entry).length;
    const found = isMore ? cells.filter((cell) => matches(cell, given)) : [];
    if (found.length === 0) cells.push(entry);
    for (const cell of found) cells[cells.indexOf(cell)] = { ...cell, ...entry };
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

function matches(cell: Cell, pattern: Cell): boolean {
  return Object.entries(pattern).every(([name, value]) => cell[name] === value);
}

/** Two cells of one name would be two checks of one name. */
function distinct(cells: readonly Cell[]): readonly Cell[] {
  return [...new Map(cells.map((cell) => [cellName(cell), cell])).values()];
}
