import { element } from './element.js';
import { type Extent, lastPlace, moved, type Place, type Scale, scaleOf, within } from './place.js';

/** Rows of which only those exist that are seen, and some around them. */
export interface List {
  /** Is scrolled, and has the focus. */
  readonly scroller: HTMLElement;
  /** Rows that are seen: the first and the last. */
  readonly seen: readonly [number, number];
  readonly isAtEnd: boolean;
  /** Something changed: shown with the next frame. */
  changed(): void;
  /** Rows stand for other lines than before. */
  rearranged(): void;
  /** Shows the row, with this share of the view above it. */
  show(row: number, above?: number): void;
  showEnd(): void;
  move(pixels: number): void;
  pageOf(): number;
  setWrap(isWrapped: boolean): void;
}

export interface ListOptions {
  readonly label: string;
  readonly rows: () => number;
  /** An element of the row: the same one for as long as nothing of it changed. */
  readonly rowOf: (row: number) => HTMLElement;
  /** Before they are asked for: the rows that exist from now on. */
  readonly want: (first: number, last: number) => void;
  readonly painted: () => void;
  /** A person scrolled. */
  readonly scrolled: () => void;
}

/** As in the style sheet. */
export const ROW_PIXELS = 20;
const AROUND = 30;
const SETTLED_MS = 120;

export function createList({ label, rows, rowOf, want, painted, scrolled }: ListOptions): List {
  const inside = element('div', { class: 'log-rows', role: 'rowgroup' });
  const layer = element('div', { class: 'log-layer', role: 'presentation' }, inside);
  const spacer = element('div', { class: 'log-spacer', role: 'presentation' }, layer);
  const scroller = element(
    'div',
    { class: 'log-scroller', role: 'table', tabindex: 0, 'aria-label': label },
    spacer,
  );
  let place: Place = { row: 0, offset: 0 };
  /** Where one was brought, until one moves: found anew as soon as more heights are known. */
  let aim: (() => Place) | undefined;
  let bar = 0;
  let isWrapped = false;
  let isAsked = false;
  let seen: readonly [number, number] = [0, 0];
  let settle: ReturnType<typeof setTimeout> | undefined;
  let widest = 0;
  /** Pixels of rows that were laid out with wrapped lines. */
  const heights = new Map<number, number>();
  let sum = 0;

  const mean = (): number => (isWrapped && heights.size > 0 ? sum / heights.size : ROW_PIXELS);
  const heightOf = (row: number): number => (isWrapped ? (heights.get(row) ?? mean()) : ROW_PIXELS);
  const extent = (): Extent => ({ rows: rows(), heightOf, view: scroller.clientHeight });
  const scale = (): Scale => scaleOf(rows() * mean(), scroller.clientHeight);

  const rowsFrom = (first: number, pixels: number): number => {
    let row = first;
    for (let left = pixels; row < rows() - 1 && left > heightOf(row); row += 1) left -= heightOf(row);
    return row;
  };

  const put = (first: number, last: number): void => {
    const made = [];
    for (let row = first; row <= last; row += 1) made.push(rowOf(row));
    const kept = new Set<Element>(made);
    // Those that stay are not moved: a selection lives in them.
    for (const old of [...inside.children]) if (!kept.has(old)) old.remove();
    let before = inside.firstElementChild;
    for (const one of made) {
      if (one === before) before = before.nextElementSibling;
      else inside.insertBefore(one, before);
    }
  };

  const measure = (first: number): boolean => {
    let isNew = false;
    for (const [index, child] of [...inside.children].entries()) {
      const height = (child as HTMLElement).offsetHeight;
      const before = heights.get(first + index);
      if (before === height) continue;
      heights.set(first + index, height);
      sum += height - (before ?? 0);
      isNew = true;
    }
    return isNew;
  };

  const alignBar = (): void => {
    const { height, toBar } = scale();
    spacer.style.height = `${height}px`;
    scroller.scrollTop = toBar(place.row * mean() + Math.min(place.offset, mean()));
    bar = scroller.scrollTop;
  };

  const paint = (): void => {
    isAsked = false;
    spacer.style.height = `${scale().height}px`;
    layer.style.height = `${scroller.clientHeight}px`;
    for (let tries = 0; tries < 4; tries += 1) {
      place = within(aim?.() ?? place, extent());
      const lastSeen = rowsFrom(place.row, place.offset + scroller.clientHeight);
      seen = [place.row, lastSeen];
      const first = Math.max(0, place.row - AROUND);
      const last = Math.min(rows() - 1, lastSeen + AROUND);
      want(first, last);
      put(first, last);
      if (isWrapped && measure(first)) continue;
      let above = place.offset;
      for (let row = first; row < place.row; row += 1) above += heightOf(row);
      inside.style.transform = `translateY(${-above}px)`;
      break;
    }
    // What is wider than what is seen now keeps the view where it was moved to.
    widest = isWrapped ? 0 : Math.max(widest, inside.scrollWidth);
    spacer.style.minWidth = isWrapped ? '' : `${widest}px`;
    scroller.setAttribute('aria-rowcount', String(rows()));
    painted();
  };

  const changed = (): void => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(paint);
  };

  const go = (to: () => Place): void => {
    aim = to;
    place = within(to(), extent());
    alignBar();
    changed();
  };

  scroller.addEventListener('scroll', () => {
    const at = scroller.scrollTop;
    const way = at - bar;
    bar = at;
    if (way === 0) return;
    aim = undefined;
    const view = scroller.clientHeight;
    const { height, toLog } = scale();
    const isExact = !isWrapped && height === rows() * ROW_PIXELS;
    if (at <= 0) place = { row: 0, offset: 0 };
    else if (at >= height - view - 1) place = lastPlace(extent());
    // By wheel, finger or key: as many pixels as were asked for, also where the bar stands for more.
    else if (!isExact && Math.abs(way) < 1.5 * view) place = moved(place, way, extent());
    else {
      const pixels = toLog(at);
      place = { row: Math.floor(pixels / mean()), offset: pixels % mean() };
    }
    scrolled();
    changed();
    if (isExact) return;
    clearTimeout(settle);
    settle = setTimeout(alignBar, SETTLED_MS);
  });
  const forgetHeights = (): void => {
    heights.clear();
    sum = 0;
    changed();
  };
  new ResizeObserver(forgetHeights).observe(scroller);

  return {
    scroller,
    get seen() {
      return seen;
    },
    get isAtEnd() {
      const last = lastPlace(extent());
      return place.row > last.row || (place.row === last.row && place.offset >= last.offset - 2);
    },
    changed,
    rearranged: () => {
      aim = undefined;
      forgetHeights();
    },
    show: (row, above = 0.25) => {
      const pixels = Math.round((scroller.clientHeight * above) / ROW_PIXELS) * ROW_PIXELS;
      go(() => moved({ row: Math.min(Math.max(0, row), rows() - 1), offset: 0 }, -pixels, extent()));
    },
    showEnd: () => go(() => lastPlace(extent())),
    move: (pixels) => {
      const to = moved(place, pixels, extent());
      go(() => to);
      scrolled();
    },
    pageOf: () => scroller.clientHeight - 2 * ROW_PIXELS,
    setWrap: (wrap) => {
      const { row } = place;
      isWrapped = wrap;
      forgetHeights();
      scroller.classList.toggle('wrapped', wrap);
      go(() => ({ row, offset: 0 }));
    },
  };
}
