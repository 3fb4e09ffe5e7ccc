import { availableParallelism } from 'node:os';

import { type DiskArchive, diskArchive } from '../adapters/archive/disk.js';
import type { Stored } from '../adapters/archive/stored.js';
import { s3Objects } from '../adapters/s3/objects.js';
import { ThreadLost, Threads, type ThreadsOptions } from '../adapters/threads/threads.js';
import type { Looked } from '../logs/ports.js';
import { lookHere } from '../logs/scan.js';
import type { Logger } from '../runs/ports.js';
import type { Settings } from '../settings.js';
import type { LookTask } from './look-thread.js';

/** More would not be faster: then it waits for the one thread that reads. */
const MOST_THREADS = 4;
const THREADS: ThreadsOptions = {
  entry: new URL('./look-thread.js', import.meta.url),
  most: Math.min(MOST_THREADS, availableParallelism()),
  // Someone who looks for one thing looks for the next.
  idleMs: 10_000,
  heapMiB: 64,
};
/** Before threads are tried again that were lost: to start them costs more than what they do. */
const REST_MS = 60_000;

/** Logs on this disk, and in S3 once their stages have ended where that is set; threads look through them. */
export function logArchive(
  directory: string,
  { s3 }: Settings['logs'],
  logger: Logger,
  options: ThreadsOptions = THREADS,
): DiskArchive {
  const disk = diskArchive(directory, s3 ? { store: { objects: s3Objects(s3), logger } } : {});
  const threads = new Threads<LookTask, Looked>(options);
  let rested = Number.NEGATIVE_INFINITY;
  const lost = (err: ThreadLost): void => {
    if (performance.now() < rested) return;
    rested = performance.now() + REST_MS;
    logger.warn({ err }, 'a thread that looks through logs was lost: it is done without for a while');
  };
  return {
    ...disk,
    look: async (log, start, end, wanted) => {
      if (performance.now() < rested) return lookHere(disk, log, start, end, wanted);
      const stored: Stored[] = [];
      for await (const piece of disk.stored(log, start, end)) stored.push(piece);
      try {
        return await threads.run({ stored, wanted });
      } catch (error) {
        if (!(error instanceof ThreadLost)) throw error;
        lost(error);
        return lookHere(disk, log, start, end, wanted);
      }
    },
    stop: () => {
      disk.stop();
      void threads.close();
    },
  };
}
