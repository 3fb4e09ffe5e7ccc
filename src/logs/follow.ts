import type { Live } from './live.js';
import type { LogArchive, LogId } from './ports.js';

export interface Followed {
  readonly log: LogId;
  /** Byte offset to begin at; 0 when absent. */
  readonly from?: number;
  /** The stage's end is stored. Asked at the start and when the hub says that it ended. */
  readonly isEnded: () => Promise<boolean>;
  /** Ends the following, also while it waits. */
  readonly signal: AbortSignal;
}

/** The stage's log from `from` on, byte for byte, until the stage has ended or the signal aborts. */
export async function* followLog(
  archive: LogArchive,
  live: Live,
  { log, from = 0, isEnded, signal }: Followed,
): AsyncGenerator<Buffer, void> {
  let position = from;
  let first = true;
  for await (const wake of live.watch(log, signal)) {
    // Asked before reading: what is in the archive after the end is the whole log.
    const ended = (first || wake === 'ended') && (await isEnded());
    first = false;
    for await (const bytes of archive.read(log, position, Number.POSITIVE_INFINITY)) {
      if (signal.aborted) return;
      position += bytes.length;
      yield bytes;
    }
    if (ended) return;
  }
}
