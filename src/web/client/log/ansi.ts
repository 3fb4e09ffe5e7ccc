import { PLAIN, styleAfter, type TextStyle } from './style.js';

/** A piece of a line that looks the same from end to end. */
export interface Span {
  readonly text: string;
  readonly style: TextStyle;
  /** An address with http or https, as the browser reads it. */
  readonly href?: string;
  /** Stands for a character that would turn the reading order around. */
  readonly isSign?: boolean;
}

/** What stood on the terminal's line, one after the other: a carriage return began the next. At least one. */
export type Overwrites = readonly (readonly Span[])[];

/** A line that changes its looks more often than this has the rest of it in one: each is an element. */
export const MOST_SPANS = 2_000;

/**
 * In order: a link (OSC 8); any other string (OSC, DCS, APC …), which if never ended swallows no more than what is
 * before the next escape; a control sequence; a two-character sequence; returns; characters that show nothing; those
 * that turn the reading order around, so that code reads as what it is not (CVE-2021-42574).
 */
const TOKEN = new RegExp(
  [
    String.raw`(?:\x1b\]|\x9d)8;[^;\x07\x1b\x9c\r]*;(?<link>[^\x07\x1b\x9c\r]*)(?:\x07|\x1b\\|\x9c)`,
    String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\r]*(?:\x07|\x1b\\|\x9c)?`,
    String.raw`(?:\x1b\[|\x9b)(?<parameters>[0-?]*)[ -/]*(?<final>[@-~])?`,
    String.raw`\x1b[ -/]*[0-~]?`,
    String.raw`(?<return>\r)`,
    String.raw`(?:(?![\t\r\x1b\x90\x98\x9b\x9d-\x9f])\p{Cc})+`,
    String.raw`(?<turn>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])`,
  ].join('|'),
  'gu',
);

/**
 * A line as it was printed → what is seen. Colours begin anew with every line: a line looks the same however one
 * comes to it, and a colour that is never ended ends with its line.
 */
export function readLine(printed: string): Overwrites {
  const line = printed.replace(/\r+$/, '');
  const states: Span[][] = [[]];
  let style = PLAIN;
  let href: string | undefined;
  let count = 0;
  const add = (text: string, isSign = false): void => {
    if (text === '') return;
    const state = states.at(-1) ?? [];
    const last = state.at(-1);
    if (last && (count >= MOST_SPANS || (!isSign && isLike(last, style, href)))) {
      state[state.length - 1] = { ...last, text: last.text + text };
      return;
    }
    count += 1;
    state.push({ text, style, ...(href === undefined ? {} : { href }), ...(isSign ? { isSign } : {}) });
  };
  let from = 0;
  for (const { 0: token, index, groups = {} } of line.matchAll(TOKEN)) {
    add(line.slice(from, index));
    from = index + token.length;
    if (groups['link'] !== undefined) href = outsideAddress(groups['link']);
    else if (groups['final'] === 'm') style = styleAfterSequence(style, groups['parameters'] ?? '');
    else if (groups['turn'] !== undefined) add(signOf(groups['turn']), true);
    else if (groups['return'] !== undefined) {
      if (count < MOST_SPANS) states.push([]);
      else add(' ');
    }
  }
  add(line.slice(from));
  return states;
}

/** What is seen of a line, all of it: overwritten states are one after the other, with a line end between. */
export function plainOf(printed: string): string {
  return readLine(printed)
    .map((state) => state.map(({ text }) => text).join(''))
    .join('\n');
}

function isLike(span: Span, style: TextStyle, href: string | undefined): boolean {
  return span.style === style && span.href === href && span.isSign === undefined;
}

/** `ESC [ > 4 m` and the like are not about colours. */
function styleAfterSequence(style: TextStyle, parameters: string): TextStyle {
  return /^[\d;:]*$/.test(parameters) ? styleAfter(style, parameters) : style;
}

/** Undefined ends a link; so does an address that a browser would not open as a page of another site. */
function outsideAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { href, username, password } = new URL(text);
  // `https://github.com@evil.example/` looks like what it is not.
  return username === '' && password === '' ? href : undefined;
}

function signOf(character: string): string {
  return `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
