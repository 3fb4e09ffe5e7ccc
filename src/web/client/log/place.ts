/** The first thing that is seen: a row (from 0), and how many pixels of it are above. */
export interface Place {
  readonly row: number;
  readonly offset: number;
}

export interface Extent {
  readonly rows: number;
  /** pixels of a row; of one that was never laid out an estimate */
  readonly heightOf: (row: number) => number;
  /** pixels that are seen at once */
  readonly view: number;
}

/** The place so many pixels further down, or up; never beyond the ends. */
export function moved(place: Place, pixels: number, extent: Extent): Place {
  let { row } = place;
  let offset = place.offset + pixels;
  while (offset < 0 && row > 0) {
    row -= 1;
    offset += extent.heightOf(row);
  }
  while (row < extent.rows - 1 && offset >= extent.heightOf(row)) {
    offset -= extent.heightOf(row);
    row += 1;
  }
  return within({ row, offset: Math.max(0, offset) }, extent);
}

/** The place nearest to it at which the view is full, if there is enough to fill it. */
export function within(place: Place, extent: Extent): Place {
  const last = lastPlace(extent);
  const isBeyond = place.row > last.row || (place.row === last.row && place.offset > last.offset);
  return isBeyond ? last : place;
}

/** Where the last row ends with the view. */
export function lastPlace({ rows, heightOf, view }: Extent): Place {
  let row = rows;
  let left = view;
  while (row > 0 && left > 0) {
    row -= 1;
    left -= heightOf(row);
  }
  return { row, offset: Math.max(0, -left) };
}

/**
 * Browsers lay out at most 17 to 33 million pixels. What is higher is shrunk in its middle; near both ends a pixel
 * of the scroll bar stays a pixel of the log, so that the ends are reached by wheel and key as in any list.
 * https://bugzilla.mozilla.org/show_bug.cgi?id=1289203
 */
export const MOST_PIXELS = 8_000_000;
const EXACT = 1_000_000;

/** Between pixels of the log and pixels of the scroll bar. */
export interface Scale {
  /** Height of what is scrolled. */
  readonly height: number;
  readonly toBar: (pixels: number) => number;
  readonly toLog: (bar: number) => number;
}

/** @param pixels height of the log @param view height of what is seen of it */
export function scaleOf(pixels: number, view: number): Scale {
  if (pixels <= MOST_PIXELS) return { height: pixels, toBar: (log) => log, toLog: (bar) => bar };
  const range = pixels - view;
  const bar = MOST_PIXELS - view;
  const factor = (range - 2 * EXACT) / (bar - 2 * EXACT);
  return {
    height: MOST_PIXELS,
    toBar: (log) => {
      if (log <= EXACT) return log;
      if (log >= range - EXACT) return bar - (range - log);
      return EXACT + (log - EXACT) / factor;
    },
    toLog: (at) => {
      if (at <= EXACT) return at;
      if (at >= bar - EXACT) return range - (bar - at);
      return EXACT + (at - EXACT) * factor;
    },
  };
}
