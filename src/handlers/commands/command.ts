import type { Ask, Enquiries, Operations, Verdict } from '../../runs/operations.js';

/** A command as it is to be carried out: who may was looked after before. */
export interface Order {
  readonly ask: Ask;
  readonly args: readonly string[];
  readonly operations: Operations;
  readonly enquiries: Enquiries;
}

export type Result =
  /** Something was set going; `words`: only where nobody would see it otherwise. */
  | { readonly kind: 'done'; readonly words?: string }
  | { readonly kind: 'answered'; readonly words: string }
  | { readonly kind: 'refused'; readonly words: string };

export interface Command {
  readonly name: string;
  /** Write for what runs or spends. */
  readonly needs: 'read' | 'write';
  /** What may stand behind the name. */
  readonly usage: string;
  /** What it does, to stand behind the usage. */
  readonly about: string;
  /** May be called again for the same ask. Rejects when somebody who is needed for it cannot be asked. */
  run(order: Order): Promise<Result>;
}

/** Checks tell of the runs that go on; of none, words must. */
export function resultOf({ kind, words, ...rest }: Verdict): Result {
  if (kind === 'refused') return { kind, words };
  return 'runs' in rest && rest.runs.length > 0 ? { kind } : { kind, words };
}

/** How a command is written: `/test [stage …]`. */
export function usageOf({ name, usage }: Command): string {
  return usage === '' ? `/${name}` : `/${name} ${usage}`;
}
