import { element } from './element.js';
import { lineNear, pixelsOf } from './map-scale.js';

/** What the map of the whole log shows. All lines ascending. */
export interface MapShown {
  readonly total: number;
  readonly errors: readonly number[];
  readonly hits: readonly number[];
  /** Lines on which sections begin. */
  readonly headings: readonly number[];
  /** Lines that are seen now. */
  readonly seen: readonly [number, number];
}

export interface Minimap {
  readonly element: HTMLElement;
  /** Shown with the next frame. */
  draw(shown: MapShown): void;
}

/** @param go a person asks for the line; `isMark`: because there is something */
export function createMinimap(go: (line: number, isMark: boolean) => void): Minimap {
  const canvas = element('canvas', {});
  const map = element(
    'div',
    {
      class: 'log-map',
      role: 'slider',
      tabindex: 0,
      'aria-orientation': 'vertical',
      'aria-label': 'Place in the log',
      'aria-valuemin': 1,
    },
    canvas,
  );
  let shown: MapShown = { total: 0, errors: [], hits: [], headings: [], seen: [1, 1] };
  let isAsked = false;

  const paint = (): void => {
    isAsked = false;
    const { total, errors, hits, headings, seen } = shown;
    const [width, height] = [map.clientWidth, map.clientHeight];
    const context = canvas.getContext('2d');
    if (!context || total === 0 || height === 0) return;
    const density = window.devicePixelRatio || 1;
    canvas.width = width * density;
    canvas.height = height * density;
    context.scale(density, density);
    const colours = getComputedStyle(map);
    const ticks = (lines: readonly number[], name: string, left: number, thick: number): void => {
      context.fillStyle = colours.getPropertyValue(name);
      for (const y of pixelsOf(lines, total, height)) context.fillRect(left, y, width - left, thick);
    };
    const top = ((seen[0] - 1) / total) * height;
    const size = Math.max(6, ((seen[1] - seen[0] + 1) / total) * height);
    context.fillStyle = colours.getPropertyValue('--map-seen');
    context.fillRect(0, Math.min(top, height - size), width, size);
    ticks(headings, '--line', 0, 1);
    ticks(errors, '--failed', width / 2, 2);
    ticks(hits, '--map-hit', 0, 2);
    map.setAttribute('aria-valuemax', String(total));
    map.setAttribute('aria-valuenow', String(seen[0]));
    map.setAttribute('aria-valuetext', `lines ${seen[0]} to ${seen[1]} of ${total}`);
  };

  const point = (event: PointerEvent, isExact: boolean): void => {
    const { top, height } = map.getBoundingClientRect();
    const marks = isExact ? [] : [...shown.errors, ...shown.hits];
    const y = Math.min(height, Math.max(0, event.clientY - top));
    const line = lineNear(y, height, shown.total, marks);
    go(line, marks.includes(line));
  };
  map.addEventListener('pointerdown', (event) => {
    map.setPointerCapture(event.pointerId);
    point(event, false);
  });
  map.addEventListener('pointermove', (event) => {
    if (map.hasPointerCapture(event.pointerId) && event.buttons !== 0) point(event, true);
  });
  const keys: Readonly<Record<string, (first: number, page: number) => number>> = {
    ArrowDown: (first) => first + 1,
    ArrowUp: (first) => first - 1,
    PageDown: (first, page) => first + page,
    PageUp: (first, page) => first - page,
    Home: () => 1,
    End: () => shown.total,
  };
  map.addEventListener('keydown', (event) => {
    const [first, last] = shown.seen;
    const to = Object.hasOwn(keys, event.key) ? keys[event.key]?.(first, last - first + 1) : undefined;
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(Math.min(shown.total, Math.max(1, to)), false);
  });
  const draw = (): void => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(paint);
  };
  new ResizeObserver(draw).observe(map);
  return {
    element: map,
    draw: (next) => {
      shown = next;
      draw();
    },
  };
}
