/** 0–15: of the page's palette; else `#rrggbb`. */
export type Colour = number | string;

/** How a piece of text looks, as SGR (ECMA-48 8.3.117) said it. */
export interface TextStyle {
  readonly foreground?: Colour | undefined;
  readonly background?: Colour | undefined;
  readonly marks: ReadonlySet<Mark>;
}

export type Mark = 'bold' | 'dim' | 'italic' | 'underline' | 'inverse' | 'strike';

export const PLAIN: TextStyle = { marks: new Set() };

const ON: Readonly<Record<number, Mark>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
  21: 'underline',
};
const OFF: Readonly<Record<number, readonly Mark[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
};

/**
 * The style after `ESC [ parameters m`. What it does not know changes nothing; concealed text (8) stays readable:
 * a log hides nothing.
 */
export function styleAfter(style: TextStyle, parameters: string): TextStyle {
  const numbers = parameters
    // `38:2::r:g:b` (ISO 8613-6) is `38;2;r;g;b` with an empty colour space.
    .replace(/([345]8:2):[^:;]*:(?=\d*:\d*:\d*)/g, '$1:')
    // Kinds of underlines, none of them the first.
    .replace(/(?<=^|;)4:0/g, '24')
    .replace(/(?<=^|;)4:\d/g, '4')
    .split(/[;:]/)
    .map(Number);
  let after = style;
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0;
    if (code === 38 || code === 48 || code === 58) {
      const [colour, used] = extendedColour(numbers.slice(at + 1, at + 5));
      at += used;
      if (colour !== undefined && code === 38) after = { ...after, foreground: colour };
      if (colour !== undefined && code === 48) after = { ...after, background: colour };
    } else {
      after = afterCode(after, code);
    }
  }
  return after;
}

function afterCode(style: TextStyle, code: number): TextStyle {
  if (code === 0) return PLAIN;
  if (code === 39) return { ...style, foreground: undefined };
  if (code === 49) return { ...style, background: undefined };
  const on = ON[code];
  if (on !== undefined) return { ...style, marks: new Set([...style.marks, on]) };
  const off = OFF[code];
  if (off !== undefined)
    return { ...style, marks: new Set([...style.marks].filter((one) => !off.includes(one))) };
  for (const [first, colour] of [
    [30, 0],
    [90, 8],
  ] as const) {
    if (code >= first && code < first + 8) return { ...style, foreground: code - first + colour };
    if (code >= first + 10 && code < first + 18) return { ...style, background: code - first - 10 + colour };
  }
  return style;
}

/** Of what follows 38 or 48: the colour, and how many numbers said it. */
function extendedColour(numbers: readonly number[]): readonly [Colour | undefined, number] {
  const [form, a = 0, b = 0, c = 0] = numbers;
  if (form === 5) return [indexedColour(a), 2];
  if (form === 2) return [hex([a, b, c]), 4];
  return [undefined, 1];
}

/** xterm's 256 colours: 16 of the palette, a cube of 6×6×6, 24 greys. */
function indexedColour(index: number): Colour | undefined {
  if (index < 16) return index;
  if (index < 232) {
    const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
    const cube = index - 16;
    return hex([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]);
  }
  if (index > 255) return undefined;
  const grey = 8 + 10 * (index - 232);
  return hex([grey, grey, grey]);
}

function hex(channels: readonly number[]): string | undefined {
  if (!channels.every((one) => one <= 255)) return undefined;
  return `#${channels.map((one) => one.toString(16).padStart(2, '0')).join('')}`;
}
