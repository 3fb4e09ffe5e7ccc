import type { MaskForms } from './mask-forms.js';

/**
 * An Aho-Corasick automaton over bytes: every occurrence of every form in one pass, in linear time.
 * States are numbers; 0 is the root.
 */
export interface MaskAutomaton {
  /** By byte: 1 when a form begins with it. From the root, all others lead back to it. */
  readonly begins: Uint8Array;
  step(state: number, byte: number): number;
  /** Bytes up to here that may still become a form, or a longer one: what cannot be let go yet. */
  open(state: number): number;
  /** Length of the longest form that ends here; 0 is none. */
  anywhere(state: number): number;
  /** The same of the forms that count only as whole words. */
  word(state: number): number;
}

/** A table of all transitions may hold this many (16 MiB); larger automata look their children up. */
const TABLE_ENTRIES = 4 * 1024 * 1024;

/** Children as linked lists: they are all that an automaton for very long values can afford. */
export function buildAutomaton(forms: MaskForms): MaskAutomaton {
  const size = 1 + [...forms.anywhere, ...forms.words].reduce((sum, form) => sum + form.length, 0);
  const firstChild = new Int32Array(size);
  const sibling = new Int32Array(size);
  const label = new Uint8Array(size);
  const depth = new Int32Array(size);
  const open = new Int32Array(size);
  const fail = new Int32Array(size);
  const anywhere = new Int32Array(size);
  const word = new Int32Array(size);
  const root = new Int32Array(256);
  let states = 1;

  const child = (state: number, byte: number): number => {
    if (state === 0) return root[byte] ?? 0;
    let next = firstChild[state] ?? 0;
    while (next !== 0 && label[next] !== byte) next = sibling[next] ?? 0;
    return next;
  };
  const addChild = (state: number, byte: number): number => {
    const next = states++;
    label[next] = byte;
    depth[next] = (depth[state] ?? 0) + 1;
    if (state === 0) root[byte] = next;
    else {
      sibling[next] = firstChild[state] ?? 0;
      firstChild[state] = next;
    }
    return next;
  };
  const add = (form: Buffer, lengths: Int32Array): void => {
    let state = 0;
    for (const byte of form) state = child(state, byte) || addChild(state, byte);
    lengths[state] = form.length;
  };
  const step = (from: number, byte: number): number => {
    let state = from;
    let next = child(state, byte);
    while (next === 0 && state !== 0) {
      state = fail[state] ?? 0;
      next = child(state, byte);
    }
    return next;
  };

  for (const form of forms.anywhere) add(form, anywhere);
  for (const form of forms.words) add(form, word);

  // Breadth first: a state's failure is shallower than itself, and known before it.
  const queue = [...root].filter((state) => state !== 0);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const failure = fail[state] ?? 0;
    anywhere[state] ||= anywhere[failure] ?? 0;
    word[state] ||= word[failure] ?? 0;
    open[state] = (firstChild[state] === 0 ? open[failure] : depth[state]) ?? 0;
    for (let next = firstChild[state] ?? 0; next !== 0; next = sibling[next] ?? 0) {
      fail[next] = step(failure, label[next] ?? 0);
      queue.push(next);
    }
  }

  return {
    begins: Uint8Array.from(root, (state) => (state === 0 ? 0 : 1)),
    step: stepByTable(forms, { states, order: queue, fail, child }) ?? step,
    open: (state) => open[state] ?? 0,
    anywhere: (state) => anywhere[state] ?? 0,
    word: (state) => word[state] ?? 0,
  };
}

/** A trie of which every state is already reachable by `order`, states by depth. */
interface Trie {
  readonly states: number;
  readonly order: readonly number[];
  readonly fail: Int32Array;
  readonly child: (state: number, byte: number) => number;
}

/** The same steps from a table, several times as fast. Undefined when it would be too large. */
function stepByTable(
  forms: MaskForms,
  { states, order, fail, child }: Trie,
): MaskAutomaton['step'] | undefined {
  const used = new Set<number>();
  for (const form of [...forms.anywhere, ...forms.words]) for (const byte of form) used.add(byte);
  // Bytes that no form holds share column 0, which leads to the root.
  const width = used.size + 1;
  if (states * width > TABLE_ENTRIES) return undefined;
  const column = new Uint16Array(256);
  for (const [index, byte] of [...used].entries()) column[byte] = index + 1;
  const table = new Int32Array(states * width);
  for (const state of [0, ...order]) {
    for (const byte of used) {
      const at = column[byte] ?? 0;
      const next = child(state, byte);
      const fallback = state === 0 ? 0 : (table[(fail[state] ?? 0) * width + at] ?? 0);
      table[state * width + at] = next === 0 ? fallback : next;
    }
  }
  return (state, byte) => table[state * width + (column[byte] ?? 0)] ?? 0;
}
