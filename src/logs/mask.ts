import { buildAutomaton, type MaskAutomaton } from './mask-automaton.js';
import { maskForms } from './mask-forms.js';

/** Hides secrets in one stream of bytes, whatever its chunks. */
export interface Masker {
  /** What can be shown by now; bytes that may belong to a secret are held until more is known. */
  push(chunk: Buffer): Buffer;
  /** What was held. Nothing may be pushed after it. */
  end(): Buffer;
}

/** The secrets of one job, made ready once for all its streams. */
export interface Mask {
  masker(): Masker;
  text(text: string): string;
}

const STARS = Buffer.from('***');
const NOTHING = Buffer.alloc(0);

/**
 * Values of four bytes and more are hidden everywhere, whole and line by line, also in base64 and
 * escaped for URLs and JSON; shorter ones only as whole words. Each becomes `***`.
 */
export function compileMask(secrets: readonly string[]): Mask {
  const forms = maskForms(secrets);
  if (forms.anywhere.length + forms.words.length === 0) {
    return { masker: () => ({ push: (chunk) => chunk, end: () => NOTHING }), text: (text) => text };
  }
  const automaton = buildAutomaton(forms);
  return {
    masker: () => createStream(automaton),
    text(text) {
      const masker = createStream(automaton);
      return Buffer.concat([masker.push(Buffer.from(text)), masker.end()]).toString();
    },
  };
}

/** A masker for one stream of its own; {@link compileMask} serves several. */
export function createMasker(secrets: readonly string[]): Masker {
  return compileMask(secrets).masker();
}

/** Bytes [start, end) of the stream that must not be shown. */
interface Span {
  start: number;
  end: number;
}

function createStream(automaton: MaskAutomaton): Masker {
  // Offsets count from the beginning of the stream; `held` begins at `base`.
  let held: Buffer = NOTHING;
  /** The byte before `held`: whether a short form stands alone depends on it. */
  let before: number | undefined;
  let base = 0;
  let scanned = 0;
  let state = 0;
  /** Everything before is shown or replaced. */
  let shown = 0;
  /** End of the last span that was replaced: one that overlaps it gets no stars of its own. */
  let starred = 0;
  let spans: Span[] = [];
  /** A short form that ends where the scan stands: the next byte decides. */
  let word: Span | undefined;

  const cover = (span: Span): void => {
    let { start, end } = span;
    for (let last = spans.at(-1); last !== undefined && last.end > start; last = spans.at(-1)) {
      start = Math.min(start, last.start);
      end = Math.max(end, last.end);
      spans.pop();
    }
    spans.push({ start, end });
  };

  const scan = (): void => {
    for (; scanned < base + held.length; scanned++) {
      if (state === 0 && word === undefined) scanned = base + nextBeginning(scanned - base);
      const byte = held[scanned - base];
      if (byte === undefined) return;
      if (word !== undefined && !isWordByte(byte)) cover(word);
      word = undefined;
      state = automaton.step(state, byte);
      const long = automaton.anywhere(state);
      if (long > 0) cover({ start: scanned + 1 - long, end: scanned + 1 });
      const short = automaton.word(state);
      if (short > 0) word = wholeWord(scanned + 1 - short, scanned + 1);
    }
  };

  /** Nearly all bytes of nearly all logs are passed here. @returns the length of `held` when there is none */
  const nextBeginning = (from: number): number => {
    const { begins } = automaton;
    let at = from;
    while (at < held.length && begins[held[at] ?? 0] === 0) at += 1;
    return at;
  };

  const wholeWord = (start: number, end: number): Span | undefined => {
    const previous = start === base ? before : held[start - 1 - base];
    return previous !== undefined && isWordByte(previous) ? undefined : { start, end };
  };

  const release = (safe: number): Buffer => {
    const out: Buffer[] = [];
    for (const span of spans) {
      if (span.start >= safe) break;
      if (span.start >= starred) {
        if (span.start > shown) out.push(held.subarray(shown - base, span.start - base));
        out.push(STARS);
      }
      starred = Math.max(starred, span.end);
      shown = Math.max(shown, span.end);
    }
    if (safe > shown) {
      out.push(held.subarray(shown - base, safe - base));
      shown = safe;
    }
    spans = spans.filter((span) => span.end > safe);
    if (safe > base) before = held[safe - 1 - base];
    // A copy: a few bytes must not keep what they came with.
    held = Buffer.from(held.subarray(safe - base));
    base = safe;
    return out.length === 1 && out[0] !== undefined ? out[0] : Buffer.concat(out);
  };

  return {
    push(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      scan();
      const safe = Math.min(scanned - automaton.open(state), word?.start ?? scanned);
      return release(Math.max(safe, Math.min(shown, scanned)));
    },
    end() {
      if (word !== undefined) cover(word);
      word = undefined;
      return release(scanned);
    },
  };
}

function isWordByte(byte: number): boolean {
  return (
    byte >= 0x80 ||
    byte === 0x5f ||
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a)
  );
}
