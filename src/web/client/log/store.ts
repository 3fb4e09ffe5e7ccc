import type { LineJson, LinesJson } from '../../log-protocol.js';

export interface LinesStoreOptions {
  /** Rejects when it cannot be had now. May give fewer lines than asked for, but at least one that is there. */
  readonly fetchLines: (from: number, count: number, signal: AbortSignal) => Promise<LinesJson>;
  /** Something that may be shown has changed. */
  readonly changed: () => void;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Lines of a log, as far as somebody looks at them. */
export interface LinesStore {
  readonly total: number;
  /** Of lines that are here; undefined: it is not. */
  line(number: number): LineJson | undefined;
  /** Says which lines are looked at (all others are no longer waited for), and gets what is missing of them. */
  want(lines: Iterable<number>): void;
  /** Lines that came by themselves. */
  put(lines: LinesJson): void;
  /** The log has grown to so many lines. */
  grow(total: number): void;
  /** Lines [from, until], however many they are. @throws what `fetchLines` throws */
  read(from: number, until: number): Promise<readonly LineJson[]>;
  /** Nothing more is asked for. */
  close(): void;
}

/** Lines of a block: what is asked for at once. */
export const BLOCK = 500;
/** Blocks that are kept: 40,000 lines, some MiB. */
const MOST_BLOCKS = 80;
/** Characters that are kept, for logs with very long lines. */
const MOST_CHARACTERS = 24 * 1024 * 1024;
const AGAIN_AFTER_MS = 2_000;

interface Block {
  readonly lines: (LineJson | undefined)[];
  characters: number;
}

export function createLinesStore({ fetchLines, changed, sleep }: LinesStoreOptions): LinesStore {
  /** By number, the longest not looked at first. */
  const blocks = new Map<number, Block>();
  const asked = new Map<number, AbortController>();
  let total = 0;
  let characters = 0;
  let wanted: ReadonlySet<number> = new Set();

  const line = (number: number): LineJson | undefined => blocks.get(blockOf(number))?.lines[slotOf(number)];

  const keep = (number: number, value: LineJson): void => {
    const key = blockOf(number);
    const block = blocks.get(key) ?? { lines: [], characters: 0 };
    blocks.set(key, block);
    const more = value.text.length - (block.lines[slotOf(number)]?.text.length ?? 0);
    block.lines[slotOf(number)] = value;
    block.characters += more;
    characters += more;
  };

  const forget = (): void => {
    for (const [key, block] of blocks) {
      if (blocks.size <= MOST_BLOCKS && characters <= MOST_CHARACTERS) return;
      if (wanted.has(key)) continue;
      blocks.delete(key);
      characters -= block.characters;
    }
  };

  const put = (answer: LinesJson): void => {
    total = Math.max(total, answer.total);
    for (const [index, value] of answer.lines.entries()) keep(answer.from + index, value);
    forget();
  };

  /** The first line of a block that is not here; undefined: it is whole. */
  const missing = (key: number): number | undefined => {
    const last = Math.min(total, (key + 1) * BLOCK);
    for (let number = key * BLOCK + 1; number <= last; number += 1) if (!line(number)) return number;
    return undefined;
  };

  const ask = async (key: number): Promise<void> => {
    const from = missing(key);
    if (from === undefined || asked.has(key)) return;
    const abort = new AbortController();
    asked.set(key, abort);
    let isHere = false;
    try {
      const answer = await fetchLines(from, (key + 1) * BLOCK - from + 1, abort.signal);
      isHere = answer.lines.length > 0;
      if (!abort.signal.aborted) put(answer);
    } catch {
      // Asked again below, for as long as somebody looks.
    }
    if (!isHere && !abort.signal.aborted) await sleep(AGAIN_AFTER_MS);
    if (asked.get(key) === abort) asked.delete(key);
    if (!abort.signal.aborted) changed();
  };

  return {
    get total() {
      return total;
    },
    line,
    want: (lines) => {
      wanted = new Set(Array.from(lines, blockOf));
      for (const [key, abort] of asked) {
        if (wanted.has(key)) continue;
        abort.abort();
        asked.delete(key);
      }
      for (const key of wanted) {
        const block = blocks.get(key);
        if (block) {
          blocks.delete(key);
          blocks.set(key, block);
        }
        void ask(key);
      }
    },
    put: (lines) => {
      put(lines);
      changed();
    },
    grow: (size) => {
      total = Math.max(total, size);
    },
    read: async (from, until) => {
      const lines: LineJson[] = [];
      while (from + lines.length <= until) {
        const next = from + lines.length;
        const here = line(next);
        if (here) {
          lines.push(here);
          continue;
        }
        const answer = await fetchLines(
          next,
          Math.min(BLOCK, until - next + 1),
          new AbortController().signal,
        );
        if (answer.lines.length === 0) break;
        lines.push(...answer.lines.slice(0, until - next + 1));
      }
      return lines;
    },
    close: () => {
      for (const abort of asked.values()) abort.abort();
      asked.clear();
      wanted = new Set();
    },
  };
}

function blockOf(number: number): number {
  return Math.floor((number - 1) / BLOCK);
}

function slotOf(number: number): number {
  return (number - 1) % BLOCK;
}
