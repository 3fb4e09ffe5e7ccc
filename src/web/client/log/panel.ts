import type { CauseJson, OutlineJson } from '../../log-protocol.js';
import { type LineRange, lineWords } from './address.js';
import { selectedText } from './clipboard.js';
import { commandsOf } from './commands.js';
import { element } from './element.js';
import type { Endpoints } from './endpoints.js';
import { createFinder } from './finder.js';
import type { Command } from './keys.js';
import { createList } from './list.js';
import { followLog } from './live.js';
import { createMinimap } from './minimap.js';
import { createRows } from './rows.js';
import { createSections } from './sections.js';
import { createSelection } from './selection.js';
import { createLinesStore } from './store.js';
import { nextTimes, type TimesShown } from './times.js';
import { createToolbar } from './toolbar.js';

export interface PanelOptions {
  readonly endpoints: Endpoints;
  readonly outline: OutlineJson;
  /** Name of the service whose log it is; undefined: the stage's. */
  readonly service: string | undefined;
  readonly label: string;
  /** milliseconds since the epoch */
  readonly started: number | undefined;
  readonly help: () => void;
  readonly say: (words: string) => void;
  /** `live`, `connecting again`, or nothing. */
  readonly sayState: (words: string) => void;
  /** Services that have logs beside it. */
  readonly services: (names: readonly string[]) => void;
  /** More was printed. */
  readonly grew: () => void;
  /** Nothing more is printed. */
  readonly ended: () => void;
}

/** One log with all that can be asked of it. */
export interface Panel {
  readonly element: HTMLElement;
  /** When the element is in the page: begins where there is something to see. */
  begin(lines: LineRange | undefined): void;
  /** As the address says it. */
  select(lines: LineRange | undefined): void;
  ask(command: Command): void;
  close(): void;
}

export function createPanel(options: PanelOptions): Panel {
  const { endpoints, say } = options;
  let isLive = !options.outline.complete;
  let isFollowing = false;
  let cause: CauseJson | null = null;
  let errors: readonly number[] = [];
  let errorSet: ReadonlySet<number> = new Set();
  let times: TimesShown = 'none';
  let leave = (): void => undefined;

  const sections = createSections();
  const store = createLinesStore({
    fetchLines: endpoints.lines,
    changed: () => changed(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const finder = createFinder({
    address: endpoints.search,
    changed: () => list.changed(),
    go: (line) => goTo(line),
    now: () => performance.now(),
  });
  const selection = createSelection({
    service: options.service,
    store,
    changed: () => {
      const { lines } = selection;
      toolbar.saySelected(lines && lineWords(lines, 'L').replace('-', '–'));
      list.changed();
    },
    say,
  });
  const toolbar = createToolbar({
    raw: endpoints.raw,
    ask: (command) => ask(command),
    searched: () => finder.search(toolbar.field.value, toolbar.isCaseSensitive, firstSeen()),
  });
  const rows = createRows({
    store,
    sections,
    finder,
    selection,
    troubles: {
      get cause() {
        return cause;
      },
      isError: (line) => errorSet.has(line),
    },
    times: () => times,
    // A stage that was queued when the page was made has begun with its first line.
    started: () => options.started ?? store.line(1)?.at,
  });
  const list = createList({
    label: options.label,
    rows: () => sections.folding.rows,
    rowOf: (row) => rows.elementOf(sections.folding.lineAt(row)),
    want: (first, last) => {
      const lines = new Set<number>();
      for (let row = first; row <= last; row += 1) lines.add(sections.folding.lineAt(row));
      rows.keep(lines);
      store.want([...lines].filter(isLoaded));
    },
    painted: () => painted(),
    scrolled: () => {
      isFollowing = isLive && list.isAtEnd;
    },
  });
  const map = createMinimap((line, isMark) => {
    if (isMark) return goTo(line);
    isFollowing = false;
    list.show(sections.folding.rowOf(line), 0);
  });
  const follow = element('button', { type: 'button', class: 'log-follow', hidden: true }, 'Follow');
  follow.addEventListener('click', () => ask('last-line'));
  const panel = element(
    'div',
    { class: 'log-panel' },
    toolbar.element,
    element('div', { class: 'log-body' }, list.scroller, map.element, follow),
  );

  /** The heading of a folded section is known without its lines, if it has one. */
  function isLoaded(line: number): boolean {
    const section = sections.headedBy(line);
    return section === undefined || section.title === '' || !sections.isFolded(section);
  }

  function firstSeen(): number {
    return sections.folding.lineAt(list.seen[0]);
  }

  function changed(): void {
    sections.grow(store.total);
    if (isFollowing) list.showEnd();
    else list.changed();
  }

  function painted(): void {
    const { lineAt, rows: count } = sections.folding;
    const [first, last] = list.seen;
    const seen = count === 0 ? ([1, 1] as const) : ([lineAt(first), lineAt(last)] as const);
    const headings = sections.all.map(({ line }) => line);
    map.draw({ total: store.total, errors, hits: finder.found.lines, headings, seen });
    toolbar.sayFound(finder.words);
    follow.hidden = !isLive || isFollowing;
  }

  function goTo(line: number): void {
    isFollowing = false;
    if (sections.folding.isHidden(line)) {
      sections.reveal(line);
      list.rearranged();
    }
    list.show(sections.folding.rowOf(line));
  }

  function update(outline: OutlineJson): void {
    store.grow(outline.lines);
    const [first, last] = [firstSeen(), sections.folding.lineAt(list.seen[1])];
    sections.update(outline, ({ line, until }) => isLive && !isFollowing && line <= last && until >= first);
    cause = outline.cause;
    options.services(outline.services);
    list.rearranged();
    changed();
  }

  async function lookForErrors(): Promise<void> {
    const found = await endpoints.errors();
    errors = found.lines;
    errorSet = new Set(errors);
    list.changed();
  }

  /** What is marked as trouble is worth a look, but not a complaint when it cannot be had. */
  const lookAgain = (): void => void lookForErrors().catch(() => undefined);

  async function end(): Promise<void> {
    isLive = false;
    options.sayState('');
    update(await endpoints.outline().catch(() => options.outline));
    isFollowing = false;
    lookAgain();
    options.ended();
  }

  const ask = commandsOf({
    list,
    finder,
    selection,
    sections,
    toolbar,
    errors: () => errors,
    cause: () => cause,
    goTo,
    firstSeen,
    say,
    help: options.help,
    follow: () => {
      isFollowing = isLive;
      list.showEnd();
    },
    leaveEnd: () => {
      isFollowing = false;
    },
    nextTimes: () => {
      times = nextTimes(times);
      return times;
    },
  });

  list.scroller.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-act]') : null;
    const line = Number(target?.closest<HTMLElement>('[data-line]')?.dataset['line']);
    if (!target || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (target.dataset['act'] === 'overwritten') rows.showWhole(line);
    else if (target.dataset['act'] === 'fold') {
      const section = sections.headedBy(line);
      if (section) sections.toggle(section);
      list.rearranged();
    } else if (event.shiftKey) selection.extend(line);
    else selection.choose({ from: line, until: line });
    list.changed();
  });
  list.scroller.addEventListener('copy', (event) => {
    const chosen = getSelection();
    const text = chosen ? selectedText(list.scroller, chosen) : undefined;
    if (text === undefined) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
  });

  return {
    element: panel,
    begin: (lines) => {
      update(options.outline);
      lookAgain();
      if (isLive) {
        leave = followLog(endpoints.events(Math.max(1, store.total)), {
          lines: (more) => {
            store.put(more);
            options.grew();
          },
          outline: (outline) => {
            update(outline);
            lookAgain();
          },
          end: () => void end(),
          state: options.sayState,
        });
      }
      if (lines) {
        selection.set(lines);
        goTo(lines.from);
      } else if (isLive) ask('last-line');
      else goTo(cause?.line ?? sections.all.findLast(({ state }) => state === 'failed')?.until ?? 1);
    },
    select: (lines) => {
      selection.set(lines);
      if (lines) goTo(lines.from);
    },
    ask,
    close: () => {
      leave();
      store.close();
    },
  };
}
