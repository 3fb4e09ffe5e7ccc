/**
 * Globs over branches, tags and paths. A pattern covers the whole text:
 * `*` and `?` stop at a slash, `**` does not, `[a-z]` and `[!a-z]` are one character, `{a,b}` is one of
 * several, a backslash takes what follows as it is.
 */

type Item =
  | { readonly kind: 'one'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'many'; readonly matches: (character: string) => boolean }
  /** `**` and a slash: any number of directories, also none. */
  | { readonly kind: 'directories' }
  | { readonly kind: 'either'; readonly branches: readonly (readonly Item[])[] };

const anything = (): boolean => true;
const notSlash = (character: string): boolean => character !== '/';

/**
 * Whether a list of globs holds for a text. The order counts: the last glob that matches decides, and one
 * with a leading `!` takes away. A list that begins with `!` begins with everything.
 */
export function globsMatch(globs: readonly string[], text: string): boolean {
  return compileGlobs(globs)(text);
}

/** As {@link globsMatch}, for many texts. Time grows with the product of the lengths and no faster. */
export function compileGlobs(globs: readonly string[]): (text: string) => boolean {
  const compiled = globs.map((glob) => {
    const negated = glob.startsWith('!');
    return { negated, accepts: remembering(compile(read(negated ? glob.slice(1) : glob).items)) };
  });
  return (text) => {
    let held = compiled[0]?.negated ?? false;
    for (const { negated, accepts } of compiled) {
      if (held === negated && accepts(text)) held = !negated;
    }
    return held;
  };
}

/** What is wrong with a glob, in words; undefined: nothing. */
export function globProblem(glob: string): string | undefined {
  const pattern = glob.startsWith('!') ? glob.slice(1) : glob;
  return pattern === '' ? 'it is empty' : read(pattern).problem;
}

// ── reading ─────────────────────────────────────────────────────────────────────────────────────

interface Pattern {
  readonly items: readonly Item[];
  readonly problem: string | undefined;
}

/** What is never closed stands for itself. */
function read(glob: string): Pattern {
  const characters = Array.from(glob);
  let at = 0;
  let problem: string | undefined;
  // A pattern of a thousand opening braces must not become a thousand calls.
  const closes = closingBraces(characters);
  const lastBracket = characters.lastIndexOf(']');

  const sequence = (until: number, inBraces: boolean): Item[] => {
    const items: Item[] = [];
    while (at < until && !(inBraces && characters[at] === ',')) items.push(item(items.length === 0));
    return items;
  };

  const item = (first: boolean): Item => {
    const character = characters[at] ?? '';
    const start = at;
    at += 1;
    switch (character) {
      case '?':
        return { kind: 'one', matches: notSlash };
      case '*':
        return stars(first || characters[start - 1] === '/');
      case '[':
        return bracket() ?? literal(character);
      case '{':
        return braces(start) ?? literal(character);
      case '\\':
        if (at >= characters.length) {
          problem ??= 'a backslash has nothing behind it';
          return literal('\\');
        }
        return literal(characters[at++] ?? '');
      default:
        return literal(character);
    }
  };

  const stars = (atDirectory: boolean): Item => {
    if (characters[at] !== '*') return { kind: 'many', matches: notSlash };
    while (characters[at] === '*') at += 1;
    if (atDirectory && characters[at] === '/') {
      at += 1;
      return { kind: 'directories' };
    }
    return { kind: 'many', matches: anything };
  };

  const bracket = (): Item | undefined => {
    const negated = characters[at] === '!' || characters[at] === '^';
    const from = negated ? at + 1 : at;
    // A bracket that is the first of a set is one of its characters.
    const close = from < lastBracket ? characters.indexOf(']', from + 1) : -1;
    if (close === -1) {
      problem ??= 'a [ has no ]';
      return undefined;
    }
    const inside = characters.slice(from, close);
    at = close + 1;
    const holds = setOf(inside);
    if (holds === undefined) {
      problem ??= `[${inside.join('')}] has a range that ends before it begins`;
      return { kind: 'one', matches: () => false };
    }
    return { kind: 'one', matches: (character) => character !== '/' && holds(character) !== negated };
  };

  const braces = (open: number): Item | undefined => {
    const close = closes.get(open);
    if (close === undefined) {
      problem ??= 'a { has no }';
      return undefined;
    }
    const branches = [sequence(close, true)];
    while (at < close) {
      at += 1;
      branches.push(sequence(close, true));
    }
    at = close + 1;
    return { kind: 'either', branches };
  };

  return { items: sequence(characters.length, false), problem };
}

function literal(wanted: string): Item {
  return { kind: 'one', matches: (character) => character === wanted };
}

function setOf(inside: readonly string[]): ((character: string) => boolean) | undefined {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < inside.length; at += 1) {
    const from = inside[at] ?? '';
    const to = inside[at + 1] === '-' ? inside[at + 2] : undefined;
    if (to !== undefined) at += 2;
    if (to !== undefined && to < from) return undefined;
    ranges.push([from, to ?? from]);
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to);
}

/** More than anyone writes; each level is a call. */
const MAX_NESTING = 32;

/** Where each opening brace that has an end has it. */
function closingBraces(characters: readonly string[]): ReadonlyMap<number, number> {
  const closes = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    if (characters[at] === '\\') at += 1;
    else if (characters[at] === '{') open.push(at);
    else if (characters[at] === '}') {
      const from = open.pop();
      if (from !== undefined && open.length < MAX_NESTING) closes.set(from, at);
    }
  }
  return closes;
}

// ── matching ────────────────────────────────────────────────────────────────────────────────────

/** States of a machine that were reached together, with where each character led until now. */
interface Reached {
  readonly states: ReadonlySet<number>;
  readonly next: Map<string, Reached>;
}

/** Many texts go the same way, as the paths of one directory do; a text of any characters must not fill the memory. */
const MOST_REMEMBERED = 10_000;

function remembering(machine: Machine): (text: string) => boolean {
  let known = new Map<string, Reached>();
  let steps = 0;
  const reached = (states: ReadonlySet<number>): Reached => {
    const key = [...states].sort((a, b) => a - b).join();
    const found = known.get(key) ?? { states, next: new Map() };
    known.set(key, found);
    return found;
  };
  const step = ({ states }: Reached, character: string): Reached =>
    reached(machine.closure(machine.step(states, character)));
  let start = reached(machine.closure([machine.start]));
  return (text) => {
    if (steps > MOST_REMEMBERED) {
      known = new Map();
      steps = 0;
      start = reached(machine.closure([machine.start]));
    }
    let at = start;
    for (const character of text) {
      const before = at.next.get(character);
      const next = before ?? step(at, character);
      if (before === undefined) {
        at.next.set(character, next);
        steps += 1;
      }
      if (next.states.size === 0) return false;
      at = next;
    }
    return at.states.has(machine.end);
  };
}

interface State {
  /** Where one character leads. */
  readonly moves: { readonly matches: (character: string) => boolean; readonly to: number }[];
  /** Where nothing leads. */
  readonly free: number[];
}

interface Machine {
  readonly start: number;
  readonly end: number;
  step(states: ReadonlySet<number>, character: string): readonly number[];
  closure(states: readonly number[]): ReadonlySet<number>;
}

/** Thompson's construction: all ways through the pattern are walked at once, none twice. */
function compile(items: readonly Item[]): Machine {
  const states: State[] = [];
  const add = (): number => states.push({ moves: [], free: [] }) - 1;
  const move = (from: number, matches: (character: string) => boolean, to: number): void =>
    void states[from]?.moves.push({ matches, to });
  const free = (from: number, to: number): void => void states[from]?.free.push(to);

  const sequence = (from: number, parts: readonly Item[]): number =>
    parts.reduce((at, part) => single(at, part), from);
  const single = (from: number, part: Item): number => {
    const to = add();
    switch (part.kind) {
      case 'one':
        move(from, part.matches, to);
        return to;
      case 'many':
        free(from, to);
        move(to, part.matches, to);
        return to;
      case 'directories': {
        const inside = add();
        free(from, to);
        free(from, inside);
        move(inside, anything, inside);
        move(inside, (character) => character === '/', to);
        return to;
      }
      case 'either':
        for (const branch of part.branches) free(sequence(from, branch), to);
        return to;
    }
  };

  const start = add();
  const end = sequence(start, items);
  return {
    start,
    end,
    step: (from, character) =>
      [...from].flatMap((state) =>
        (states[state]?.moves ?? []).filter(({ matches }) => matches(character)).map(({ to }) => to),
      ),
    closure(from) {
      const seen = new Set(from);
      // A Set that grows while it is walked is walked to its end.
      for (const state of seen) for (const to of states[state]?.free ?? []) seen.add(to);
      return seen;
    },
  };
}
