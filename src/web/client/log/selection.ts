import { inOrder, type LineRange, lineWords, writeHash } from './address.js';
import { copiedText, copyText } from './clipboard.js';
import type { LinesStore } from './store.js';

/** The lines that a person means: they stand in the address of the page. */
export interface Selection {
  readonly lines: LineRange | undefined;
  holds(line: number): boolean;
  /** As the address says it. */
  set(lines: LineRange | undefined): void;
  /** The address follows, and no step back leads out of it. */
  choose(lines: LineRange | undefined): void;
  /** From the line that was chosen first to this one. */
  extend(line: number): void;
  linkTo(line: number): string;
  /** @param other the line that is meant when none is selected */
  copyLink(other: number): Promise<void>;
  copyLines(): Promise<void>;
}

export interface SelectionOptions {
  /** Name of the service whose log it is. */
  readonly service: string | undefined;
  readonly store: Pick<LinesStore, 'read'>;
  readonly changed: () => void;
  readonly say: (words: string) => void;
}

export function createSelection({ service, store, changed, say }: SelectionOptions): Selection {
  let lines: LineRange | undefined;
  let first = 1;
  const log = service === undefined ? {} : { service };
  const set = (range: LineRange | undefined): void => {
    lines = range;
    changed();
  };
  const tell = (): void => {
    const hash = writeHash({ ...log, ...(lines ? { lines } : {}) });
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash);
  };
  return {
    get lines() {
      return lines;
    },
    holds: (line) => lines !== undefined && lines.from <= line && line <= lines.until,
    set: (range) => {
      first = range?.from ?? 1;
      set(range);
    },
    choose: (range) => {
      first = range?.from ?? 1;
      set(range);
      tell();
    },
    extend: (line) => {
      set(inOrder(lines ? first : line, line));
      tell();
    },
    linkTo: (line) => writeHash({ ...log, lines: { from: line, until: line } }),
    copyLink: async (other) => {
      const meant = lines ?? { from: other, until: other };
      const link = new URL(location.href);
      link.hash = writeHash({ ...log, lines: meant });
      const isCopied = await copyText(link.href);
      say(isCopied ? `Link to ${lineWords(meant, 'L')} copied` : 'The link could not be copied');
    },
    copyLines: async () => {
      if (!lines) return say('Select lines first: click on a number');
      try {
        const read = await store.read(lines.from, lines.until);
        const isCopied = await copyText(copiedText(read));
        say(isCopied ? `${lineWords(lines, 'L')} copied` : 'The lines could not be copied');
      } catch {
        say('The lines could not be read');
      }
    },
  };
}
