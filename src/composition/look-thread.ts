import { type Stored, unpackNow } from '../adapters/archive/stored.js';
import { serveTasks } from '../adapters/threads/serve-tasks.js';
import { look } from '../logs/look.js';
import type { Looked, Wanted } from '../logs/ports.js';

/** A part of a log, in the order of its pieces. */
export interface LookTask {
  readonly stored: readonly Stored[];
  readonly wanted: Wanted;
}

/** Used for each part anew: memory that is asked for is mapped and filled with zeros page by page. */
let memory = Buffer.alloc(0);

function joined({ stored }: LookTask): Buffer {
  const pieces = stored.flatMap((one) => [...unpackNow(one)]);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (memory.length < length) memory = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces) at += piece.copy(memory, at);
  return memory.subarray(0, length);
}

serveTasks((task: LookTask): Looked => {
  const { head, lines, tail } = look(joined(task), task.wanted);
  // Copies: a view would take all of the memory along.
  return { head: new Uint8Array(head), lines, ...(tail && { tail: new Uint8Array(tail) }) };
});
