import type { OutlineJson, SectionJson } from '../../log-protocol.js';
import { beginsFolded, type Folding, foldLines } from './folding.js';

/** Which sections a log has, and which of them are folded. */
export interface Sections {
  readonly folding: Folding;
  readonly all: readonly SectionJson[];
  /** The section whose heading the line is. */
  headedBy(line: number): SectionJson | undefined;
  isFolded(section: SectionJson): boolean;
  /** @param isSeen whether somebody reads there now: then it stays as it is */
  update(outline: Pick<OutlineJson, 'lines' | 'sections'>, isSeen: (section: SectionJson) => boolean): void;
  grow(lines: number): void;
  toggle(section: SectionJson): void;
  /** Folds all, or unfolds all if all are folded. */
  toggleAll(): void;
  /** Unfolds what hides the line. */
  reveal(line: number): void;
}

export function createSections(): Sections {
  let all: readonly SectionJson[] = [];
  let byLine = new Map<number, SectionJson>();
  let lines = 0;
  let folding = foldLines(0, []);
  /** By line of the heading. It is decided once: nothing folds again that somebody unfolded. */
  const folded = new Map<number, boolean>();

  const isFolded = (section: SectionJson): boolean => folded.get(section.line) === true;
  const fold = (): void => {
    folding = foldLines(lines, all.filter(isFolded));
  };
  /** The outline comes when sections change; the one that runs grows with every line. */
  const growLast = (): void => {
    const last = all.at(-1);
    if (last?.state !== 'running' || last.until >= lines) return;
    const grown = { ...last, until: lines };
    all = [...all.slice(0, -1), grown];
    byLine.set(grown.line, grown);
  };
  const canFold = (): readonly SectionJson[] => all.filter(({ line, until }) => until > line);

  return {
    get folding() {
      return folding;
    },
    get all() {
      return all;
    },
    headedBy: (line) => byLine.get(line),
    isFolded,
    update: (outline, isSeen) => {
      lines = Math.max(lines, outline.lines);
      // The same object for as long as nothing changed: rows are made anew by it.
      all = outline.sections.map((section) => {
        const before = byLine.get(section.line);
        return before && JSON.stringify(before) === JSON.stringify(section) ? before : section;
      });
      byLine = new Map(all.map((section) => [section.line, section]));
      growLast();
      for (const section of all) {
        if (section.state === 'running' || folded.has(section.line)) continue;
        folded.set(section.line, beginsFolded(section, lines) && !isSeen(section));
      }
      fold();
    },
    grow: (total) => {
      if (total <= lines) return;
      lines = total;
      growLast();
      fold();
    },
    toggle: (section) => {
      folded.set(section.line, !isFolded(section));
      fold();
    },
    toggleAll: () => {
      const isOneOpen = canFold().some((section) => !isFolded(section));
      for (const { line } of canFold()) folded.set(line, isOneOpen);
      fold();
    },
    reveal: (line) => {
      for (const section of all)
        if (section.line < line && line <= section.until) folded.set(section.line, false);
      fold();
    },
  };
}
