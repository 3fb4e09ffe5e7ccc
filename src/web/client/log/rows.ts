import type { CauseJson } from '../../log-protocol.js';
import type { Finder } from './finder.js';
import { createRow, isSameRow, type RowShown } from './row.js';
import type { Sections } from './sections.js';
import type { Selection } from './selection.js';
import type { LinesStore } from './store.js';
import { type TimesShown, timeWords } from './times.js';

/** The elements of rows: each is made anew when what it shows has changed, and only then. */
export interface Rows {
  elementOf(line: number): HTMLElement;
  /** Forgets all others. */
  keep(lines: ReadonlySet<number>): void;
  /** Shows all states of a line that overwrote itself. */
  showWhole(line: number): void;
}

export interface RowsOptions {
  readonly store: LinesStore;
  readonly sections: Sections;
  readonly finder: Finder;
  readonly selection: Selection;
  readonly troubles: Troubles;
  readonly times: () => TimesShown;
  /** milliseconds since the epoch */
  readonly started: () => number | undefined;
}

/** Where a log looks like trouble. */
export interface Troubles {
  readonly cause: CauseJson | null;
  isError(line: number): boolean;
}

export function createRows(options: RowsOptions): Rows {
  const { store, sections, finder, selection, troubles, times, started } = options;
  const made = new Map<number, { readonly shown: RowShown; readonly row: HTMLElement }>();
  const whole = new Set<number>();

  const shownOf = (number: number): RowShown => {
    const line = store.line(number);
    const section = sections.headedBy(number);
    const { cause } = troubles;
    return {
      number,
      link: selection.linkTo(number),
      line,
      section,
      isFolded: section !== undefined && sections.isFolded(section),
      time: times() === 'none' ? undefined : timeWords(line?.at, times(), started()),
      query: finder.query,
      isCaseSensitive: finder.isCaseSensitive,
      isSelected: selection.holds(number),
      isCurrent: finder.current === number,
      isCause: cause !== null && cause.line <= number && number < cause.line + cause.lines,
      isError: troubles.isError(number),
      isWhole: whole.has(number),
    };
  };

  return {
    elementOf: (number) => {
      const shown = shownOf(number);
      const before = made.get(number);
      if (before && isSameRow(before.shown, shown)) return before.row;
      const row = createRow(shown);
      made.set(number, { shown, row });
      if (before?.row.contains(document.activeElement)) replaceFocused(before.row, row);
      return row;
    },
    keep: (lines) => {
      for (const number of made.keys()) if (!lines.has(number)) made.delete(number);
    },
    showWhole: (number) => void whole.add(number),
  };
}

/** Who folds a section by key goes on from there. */
function replaceFocused(old: HTMLElement, row: HTMLElement): void {
  const act = document.activeElement?.getAttribute('data-act') ?? '';
  old.replaceWith(row);
  row.querySelector<HTMLElement>(`[data-act="${CSS.escape(act)}"]`)?.focus({ preventScroll: true });
}
