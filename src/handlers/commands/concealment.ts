/** What is in these elements is code, a quote, struck out, or folded away. */
const CONCEALING = new Set(
  'blockquote code del details kbd noscript pre q s samp script strike style template textarea title tt'.split(
    ' ',
  ),
);

/** Longer tags and links hide nothing here: a bound on how far is looked for their end. */
const FARTHEST = 2000;

/** Follows what is concealed within the paragraphs of a comment, one after the other. */
export interface Concealment {
  /**
   * Of each line whether its beginning shows as plain words: not in a code span, a comment or tag of HTML, a link's
   * address, or an element that conceals, also one that an earlier paragraph opened. `raw`: HTML without Markdown.
   */
  read(lines: readonly string[], raw: boolean): readonly boolean[];
}

interface Reading {
  readonly text: string;
  readonly raw: boolean;
  /** Where the last comment of HTML ends; -1: nowhere. */
  readonly lastEnd: number;
}

export function createConcealment(): Concealment {
  const open: string[] = [];

  /** Past the tag at that place; undefined: there is none. */
  function pastTag(text: string, from: number): number | undefined {
    const [, slash, name = ''] = /^<(\/?)([A-Za-z][A-Za-z0-9-]*)/.exec(text.slice(from, from + 30)) ?? [];
    const end = name === '' ? undefined : endOfTag(text, from);
    if (end === undefined) return undefined;
    const element = name.toLowerCase();
    if (slash === '/') {
      const at = open.lastIndexOf(element);
      if (at >= 0) open.length = at;
    } else if (CONCEALING.has(element)) {
      open.push(element);
    }
    return end;
  }

  /** Without an end it is no comment in Markdown; in HTML nobody sees anything after it. */
  function pastComment({ text, lastEnd, raw }: Reading, from: number): number {
    if (from <= lastEnd) return text.indexOf('-->', from) + 3;
    if (raw) open.push('!--');
    return from + 4;
  }

  function past(reading: Reading, at: number): number {
    const { text, raw } = reading;
    if (text.startsWith('<!--', at)) return pastComment(reading, at);
    if (text[at] === '<') return pastTag(text, at) ?? at + 1;
    return raw ? at + 1 : pastMarkdown(text, at);
  }

  return {
    read(lines, raw) {
      const text = lines.join('\n');
      // Known before: a comment may hold thousands of beginnings, and no end.
      const reading = { text, raw, lastEnd: text.lastIndexOf('-->') };
      const shown = new Set<number>();
      for (let at = 0; at < text.length; ) {
        if ((at === 0 || text[at - 1] === '\n') && open.length === 0) shown.add(at);
        at = past(reading, at);
      }
      let start = 0;
      return lines.map((line) => {
        const shows = shown.has(start);
        start += line.length + 1;
        return shows;
      });
    },
  };
}

function pastMarkdown(text: string, at: number): number {
  const character = text[at];
  if (character === '\\') return at + 2;
  if (character === '`') return pastCodeSpan(text, at);
  return text.startsWith('](', at) ? pastAddress(text, at) : at + 1;
}

/** Past a code span, which ends with as many backticks; without an end these are just backticks. */
function pastCodeSpan(text: string, from: number): number {
  const ticks = /^`+/.exec(text.slice(from))?.[0] ?? '`';
  const after = from + ticks.length;
  for (const { 0: run, index } of text.slice(after).matchAll(/`+/g)) {
    if (run.length === ticks.length) return after + index + run.length;
  }
  return after;
}

/** Past the address and the title of a link. */
function pastAddress(text: string, from: number): number {
  const end = text.slice(from, from + FARTHEST).indexOf(')');
  return end < 0 ? from + 2 : from + end + 1;
}

function endOfTag(text: string, from: number): number | undefined {
  let quote = '';
  for (let at = from + 1; at < Math.min(text.length, from + FARTHEST); at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '>') {
      return at + 1;
    } else if (character === '<') {
      return undefined;
    }
  }
  return undefined;
}
