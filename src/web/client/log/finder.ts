import { type Found, foundWords, NOTHING_FOUND, nextOf, readFound, textOf } from './search.js';

/** A search through a whole log, while it goes on. */
export interface Finder {
  readonly query: string;
  readonly isCaseSensitive: boolean;
  readonly found: Found;
  /** The line found on which one is. */
  readonly current: number | undefined;
  /** `17 of 3,204 lines` */
  readonly words: string;
  /** Empty: ends the search. @param from the first one at or after this line is gone to */
  search(query: string, isCaseSensitive: boolean, from: number): void;
  step(direction: 1 | -1, from: number): void;
}

export interface FinderOptions {
  readonly address: (query: string, isCaseSensitive: boolean) => string;
  readonly changed: () => void;
  readonly go: (line: number) => void;
  /** milliseconds, of any beginning */
  readonly now: () => number;
}

/** Who changes it faster than this is typing: waited for. A letter after a pause, or what is pasted, is not. */
const TYPING_MS = 60;

export function createFinder({ address, changed, go, now }: FinderOptions): Finder {
  let query = '';
  let isCaseSensitive = false;
  let found = NOTHING_FOUND;
  let current: number | undefined;
  let failure = '';
  let abort = new AbortController();
  let typing: ReturnType<typeof setTimeout> | undefined;
  let changedAt = Number.NEGATIVE_INFINITY;

  const goTo = (line: number): void => {
    current = line;
    go(line);
    changed();
  };

  const run = async (from: number, signal: AbortSignal): Promise<void> => {
    const answer = await fetch(address(query, isCaseSensitive), { signal });
    if (!answer.ok || !answer.body) throw new Error(`${answer.status}`);
    for await (const next of readFound(textOf(answer.body))) {
      found = next;
      const first = nextOf(found.lines, from - 1, 1);
      if (current === undefined && first !== undefined && (first >= from || found.isDone)) goTo(first);
      changed();
    }
  };

  return {
    get query() {
      return query;
    },
    get isCaseSensitive() {
      return isCaseSensitive;
    },
    get found() {
      return found;
    },
    get current() {
      return current;
    },
    get words() {
      if (query === '') return '';
      return failure === '' ? foundWords(found, current) : failure;
    },
    search: (text, sensitive, from) => {
      if (text === query && sensitive === isCaseSensitive) return;
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      clearTimeout(typing);
      [query, isCaseSensitive, current, failure] = [text, sensitive, undefined, ''];
      found = { ...NOTHING_FOUND, isDone: text === '' };
      changed();
      if (text === '') return;
      const begin = (): void => {
        run(from, signal).catch(() => {
          if (signal.aborted) return;
          failure = 'the search broke off';
          changed();
        });
      };
      const isTyping = now() - changedAt < TYPING_MS;
      changedAt = now();
      if (isTyping) typing = setTimeout(begin, TYPING_MS);
      else begin();
    },
    step: (direction, from) => {
      const line = nextOf(found.lines, current ?? from - (direction === 1 ? 1 : 0), direction);
      if (line !== undefined) goTo(line);
    },
  };
}
