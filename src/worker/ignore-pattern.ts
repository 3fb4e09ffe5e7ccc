/** Whether a path, or a directory above it, is what the pattern says. */
export type Pattern = (file: string) => boolean;

/** One character, or a run of them, of a path. */
type Token =
  | { readonly kind: 'one'; readonly matches: (char: string) => boolean }
  /** `*`: any run without a slash. */
  | { readonly kind: 'run' }
  /** `**` at the end, or within a name: any run. */
  | { readonly kind: 'all' }
  /** `**` and a slash: any number of directories, none included. */
  | { readonly kind: 'directories' };

/**
 * Go's filepath.Match with `**`, as moby/patternmatcher reads it. All ways through the pattern are
 * followed at once (Thompson's construction): the repository chooses pattern and names, and a backtracking
 * expression would let it choose hours too. Time: length of the path × length of the pattern.
 */
export function compilePattern(pattern: string): Pattern {
  const tokens = tokensOf(pattern);
  const end = tokens.length;
  let now = new Places(end);
  let next = new Places(end);
  return (file) => {
    now.clear();
    arrive(tokens, now, 0);
    for (const char of file) {
      // What is above the file is asked about at each slash.
      if (char === '/' && now.has(end)) return true;
      next.clear();
      step(tokens, now, next, char);
      [now, next] = [next, now];
      if (now.size === 0) return false;
    }
    return now.has(end);
  };
}

/**
 * A set of places in a pattern, emptied in no time: this runs for every character of every file. A place is
 * an index into the tokens, or `~index`: inside of `directories`, after a character that is no slash.
 */
class Places {
  readonly #list: Int32Array;
  /** When a place was added last, by `#round`. */
  readonly #seen: Int32Array;
  readonly #end: number;
  #round = 0;
  size = 0;

  constructor(end: number) {
    this.#end = end;
    this.#list = new Int32Array(2 * end + 2);
    this.#seen = new Int32Array(2 * end + 2);
  }

  clear(): void {
    this.size = 0;
    this.#round += 1;
  }

  at(position: number): number {
    return this.#list[position] ?? 0;
  }

  has(place: number): boolean {
    return this.#seen[place + this.#end + 1] === this.#round;
  }

  /** @returns whether it is new */
  add(place: number): boolean {
    if (this.has(place)) return false;
    this.#seen[place + this.#end + 1] = this.#round;
    this.#list[this.size] = place;
    this.size += 1;
    return true;
  }
}

function step(tokens: readonly Token[], now: Places, next: Places, char: string): void {
  for (let position = 0; position < now.size; position += 1) {
    const place = now.at(position);
    const index = place < 0 ? ~place : place;
    const token = tokens[index];
    switch (token?.kind) {
      case 'one':
        if (token.matches(char)) arrive(tokens, next, index + 1);
        break;
      case 'run':
        if (char !== '/') arrive(tokens, next, index);
        break;
      case 'all':
        arrive(tokens, next, index);
        break;
      case 'directories':
        if (char === '/') arrive(tokens, next, index);
        else next.add(~index);
        break;
      case undefined:
        break;
    }
  }
}

/** At a place, and at those behind it that are reached without a character. */
function arrive(tokens: readonly Token[], places: Places, index: number): void {
  for (let place = index; places.add(place); place += 1) {
    const token = tokens[place];
    if (token === undefined || token.kind === 'one') return;
  }
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  // As `for … of` gives the path's: by code points.
  const chars = Array.from(pattern);
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    if (char === '*' && chars[at + 1] === '*') {
      at += 1;
      if (chars[at + 1] === '/') at += 1;
      tokens.push(at < chars.length - 1 && chars[at] === '/' ? { kind: 'directories' } : { kind: 'all' });
    } else if (char === '*') tokens.push({ kind: 'run' });
    else if (char === '?') tokens.push({ kind: 'one', matches: (one) => one !== '/' });
    else if (char === '[' && chars.indexOf(']', at + 2) !== -1) {
      const close = chars.indexOf(']', at + 2);
      tokens.push({ kind: 'one', matches: characterClass(chars.slice(at + 1, close).join('')) });
      at = close;
    } else if (char === '\\' && at + 1 < chars.length) tokens.push(literal(chars[++at] ?? ''));
    else tokens.push(literal(char));
  }
  return tokens;
}

function literal(char: string): Token {
  return { kind: 'one', matches: (one) => one === char };
}

/** A class that is none (`[z-a]`) matches nothing, as in Docker, which stops the build for it. */
function characterClass(body: string): (char: string) => boolean {
  const negated = body.startsWith('^');
  const inner = (negated ? body.slice(1) : body).replaceAll(/[\\\][^]/g, '\\$&');
  try {
    const expression = new RegExp(`^(?!/)[${negated ? '^' : ''}${inner}]$`, 'su');
    return (char) => expression.test(char);
  } catch {
    return () => false;
  }
}
