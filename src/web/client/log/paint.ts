import type { Span } from './ansi.js';
import { element } from './element.js';
import type { Colour, TextStyle } from './style.js';

/** Of a line that was overwritten so often, the earlier states are shown on demand. */
const FEW_STATES = 4;

export interface Painted {
  /** Parts of the text that are marked: pairs of begin and end, ascending. */
  readonly marked: readonly (readonly [number, number])[];
  /** All states of a line that overwrote itself. */
  readonly isWhole: boolean;
}

/** What was printed on a line, as nodes. Marks count through the last state, or all states where all are shown. */
export function paintStates(
  states: readonly (readonly Span[])[],
  { isWhole, marked }: Painted,
): readonly Node[] {
  const shown = isWhole || states.length <= FEW_STATES ? states : states.slice(-1);
  const left = states.length - shown.length;
  const nodes: Node[] = [];
  if (left > 0) {
    const words = `${left} overwritten`;
    nodes.push(element('button', { type: 'button', class: 'overwritten', 'data-act': 'overwritten' }, words));
  }
  let from = 0;
  for (const [index, state] of shown.entries()) {
    if (index > 0) {
      nodes.push(element('span', { class: 'sign', title: 'What follows overwrote what is before' }, '↵'));
      from += 1;
    }
    for (const span of state) {
      nodes.push(paintSpan(span, from, marked));
      from += span.text.length;
    }
  }
  return nodes;
}

/** The text through which marks count. */
export function textOfStates(states: readonly (readonly Span[])[], isWhole: boolean): string {
  const shown = isWhole || states.length <= FEW_STATES ? states : states.slice(-1);
  return shown.map((state) => state.map(({ text }) => text).join('')).join('\n');
}

function paintSpan({ text, style, href, isSign }: Span, from: number, marked: Painted['marked']): Node {
  const parts = cut(text, from, marked);
  const isPlain = style.marks.size === 0 && style.foreground === undefined && style.background === undefined;
  if (isPlain && href === undefined && !isSign && parts.length === 1)
    return parts[0] ?? document.createTextNode('');
  const made =
    href === undefined
      ? element('span', {}, ...parts)
      : // The words of a link are the log's, its address is not always what they say.
        element('a', { href, title: href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...parts);
  if (isSign) made.className = 'sign';
  for (const mark of style.marks) made.classList.add(`sgr-${mark}`);
  paintColours(made, style);
  return made;
}

function paintColours(made: HTMLElement, { marks, foreground, background }: TextStyle): void {
  const [front, back] = marks.has('inverse')
    ? [background ?? 'page', foreground ?? 'text']
    : [foreground, background];
  if (isOwn(back)) made.style.backgroundColor = back;
  else if (back !== undefined) made.classList.add(`bg-${back}`);
  if (isOwn(front) && back === undefined) {
    // On the page's own background, dark or light: the style sheet keeps it readable.
    made.style.setProperty('--own', front);
    made.classList.add('fg-own');
  } else if (isOwn(front)) made.style.color = front;
  else if (front !== undefined) made.classList.add(`fg-${front}`);
  else if (isOwn(back)) made.style.color = textOn(back);
}

/** `#rrggbb`, not one of the palette. */
function isOwn(colour: Colour | undefined): colour is string {
  return typeof colour === 'string' && colour.startsWith('#');
}

function textOn(background: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    Number.parseInt(background.slice(at, at + 2), 16),
  );
  return red * 0.3 + green * 0.59 + blue * 0.11 > 128 ? '#000000' : '#ffffff';
}

function cut(text: string, from: number, marked: Painted['marked']): readonly Node[] {
  const nodes: Node[] = [];
  let done = 0;
  for (const [begin, end] of marked) {
    const first = Math.max(done, begin - from);
    const last = Math.min(text.length, end - from);
    if (first >= last) continue;
    if (first > done) nodes.push(document.createTextNode(text.slice(done, first)));
    nodes.push(element('mark', {}, text.slice(first, last)));
    done = last;
  }
  if (done < text.length || nodes.length === 0) nodes.push(document.createTextNode(text.slice(done)));
  return nodes;
}
