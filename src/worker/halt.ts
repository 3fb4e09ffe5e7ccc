import { FenceLost } from './ports.js';
import type { Handover } from './worker-deps.js';

/** Why a job stops before its end. Each of them ends the job on this worker. */
export type Stop =
  | { readonly kind: 'cancelled'; readonly by: string }
  | { readonly kind: 'timed_out'; readonly afterSeconds: number }
  | { readonly kind: 'handover'; readonly reason: string }
  | { readonly kind: 'fence_lost' };

/** The one switch of a job: the first to press it decides why. */
export interface Halt {
  readonly signal: AbortSignal;
  stopped(): Stop | undefined;
  stop(stop: Stop): void;
  /** Rejects never; resolves when the switch is pressed. */
  readonly pressed: Promise<Stop>;
  /** Lets go of the outer signals. */
  release(): void;
}

/** `outer` is the cancellation of this job; its reason is a string for people, or FenceLost. */
export function openHalt(outer: AbortSignal, drain: Handover): Halt {
  const controller = new AbortController();
  let stopped: Stop | undefined;
  let press: (stop: Stop) => void;
  const pressed = new Promise<Stop>((resolve) => {
    press = resolve;
  });
  const stop = (why: Stop): void => {
    if (stopped !== undefined) return;
    stopped = why;
    press(why);
    controller.abort(new Error(`the job stops: ${why.kind}`));
  };
  const onCancel = (): void => stop(cancellation(outer.reason));
  const onHard = (): void => stop({ kind: 'handover', reason: reasonText(drain.hard.reason) });
  listen(outer, onCancel);
  listen(drain.hard, onHard);
  return {
    signal: controller.signal,
    stopped: () => stopped,
    stop,
    pressed,
    release() {
      outer.removeEventListener('abort', onCancel);
      drain.hard.removeEventListener('abort', onHard);
    },
  };
}

/** The switch of one try of a stage: the job's presses it too, it does not press the job's. */
export function openHaltWithin(parent: Halt): Halt {
  const own = new AbortController();
  // A signal that nobody aborts, and of its own: on one for all the listeners would pile up.
  const within = openHalt(own.signal, { soft: own.signal, hard: own.signal });
  void parent.pressed.then((stop) => within.stop(stop));
  return { ...within, stopped: () => parent.stopped() ?? within.stopped() };
}

/** The words of an abort's reason; an abort without one says only that. */
export function reasonText(reason: unknown): string {
  if (typeof reason === 'string') return reason;
  return reason instanceof Error ? reason.message : 'the worker was told to stop';
}

function cancellation(reason: unknown): Stop {
  return reason instanceof FenceLost ? { kind: 'fence_lost' } : { kind: 'cancelled', by: reasonText(reason) };
}

function listen(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener('abort', then, { once: true });
}
