import { constants } from 'node:os';
import type { CommandRef, Failure, Outcome } from '../pipeline/model.js';

/** How a container's work came to its end. */
export type StageEnd =
  /** The script said so itself, or a container's own command ended. */
  | { readonly kind: 'exited'; readonly exitCode: number; readonly oomKilled: boolean }
  /** A script's container ended before its script had. */
  | { readonly kind: 'broken_off'; readonly exitCode: number; readonly oomKilled: boolean }
  | { readonly kind: 'removed' };

export interface EndContext {
  readonly command?: CommandRef;
  /** bytes; 0 is no limit */
  readonly memoryLimit: number;
}

const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

/** The outcome of a stage, and a line for people when the outcome alone does not say it all. */
export function outcomeOf(
  end: StageEnd,
  context: EndContext,
): { readonly outcome: Outcome; readonly note?: string } {
  switch (end.kind) {
    case 'removed':
      return failed(
        { code: 'container_removed', message: 'the container was removed from outside' },
        context,
      );
    case 'exited':
      return end.exitCode === 0 ? passed(end.oomKilled) : failed(exitFailure(end, context), context);
    case 'broken_off':
      return failed(
        end.exitCode === 0
          ? { code: 'container', message: 'the container ended before its script did', exitCode: 0 }
          : exitFailure(end, context),
        context,
      );
  }
}

function passed(oomKilled: boolean): { readonly outcome: Outcome; readonly note?: string } {
  return {
    outcome: { kind: 'passed' },
    // The engine's OOMKilled does not say that the script failed: make -k, a retry, a daemon may survive it.
    ...(oomKilled && { note: 'a process was killed for want of memory; the script went on and passed' }),
  };
}

function exitFailure(end: { exitCode: number; oomKilled: boolean }, context: EndContext): Failure {
  const { exitCode } = end;
  if (end.oomKilled) {
    return {
      code: 'out_of_memory',
      message: '',
      exitCode,
      ...(context.memoryLimit > 0 && { memoryLimit: context.memoryLimit }),
    };
  }
  const signal = exitCode > 128 ? SIGNALS.get(exitCode - 128) : undefined;
  return signal === undefined
    ? { code: 'exit', message: '', exitCode }
    : { code: 'signal', message: '', exitCode, signal };
}

function failed(failure: Failure, { command }: EndContext): { readonly outcome: Outcome } {
  return { outcome: { kind: 'failed', failure: { ...failure, ...(command && { command }) } } };
}
