import { basename, dirname, join, relative, resolve } from 'node:path';

import {
  type LogArchive,
  type LogId,
  LogRemoved,
  type LogUsage,
  type ObjectStore,
} from '../../logs/ports.js';
import type { FenceLog, Limits } from './fence-log.js';
import { fencesOf, foldersOf, listFolder } from './files.js';
import { logDirectory, runDirectory, stageDirectory } from './names.js';
import { filesOf, openFence } from './open-fence.js';
import { OpenFences, type OpenLimits } from './open-fences.js';
import { indexOf, type Part, readParts, sizeOf, stampsOf, storedParts } from './parts.js';
import { createPlaces } from './places.js';
import { Queue } from './queue.js';
import { type Logger, objectsOf, Remote } from './remote.js';
import {
  fileNames,
  isTombstone,
  objectsLeft,
  removeFolder,
  removeTrash,
  unfinishedRemovals,
  writeTombstone,
} from './removal.js';
import { sendStage } from './sender.js';
import type { Stored } from './stored.js';
import { usageOf } from './usage.js';

const MIB = 1024 * 1024;
const OPEN: OpenLimits = { count: 64, weight: 32 * MIB };
const LIMITS: Limits = { chunk: MIB / 4, pack: 8 * MIB };
const RETRY_MS = 60_000;

export interface DiskArchiveOptions {
  readonly open?: OpenLimits;
  readonly limits?: Limits;
  /** Where logs of stages that have ended go; absent: they stay on the disk. */
  readonly store?: {
    readonly objects: ObjectStore;
    readonly logger: Logger;
    /** Before what failed is tried again, in milliseconds. */
    readonly retryMs?: number;
  };
}

export interface DiskArchive extends LogArchive, LogUsage {
  /** What `read` gives, as it is stored: `stored.ts` unpacks it. @throws LogRemoved */
  stored(log: LogId, start: number, end: number): AsyncIterable<Stored>;
  /** Takes up removals that an earlier process left. */
  start(): Promise<void>;
  /** Resolves when what was closed or removed is in the store, or was tried and waits. */
  idle(): Promise<void>;
  /** Sends nothing more. What was not sent is sent when its stage is closed again. */
  stop(): void;
}

/**
 * Logs below `directory`, which is this process's own: of each run, stage, service and fence the packs with the
 * index that finds lines in them, and a tail that is not packed yet. Any process may die at any time.
 */
export function diskArchive(directory: string, options: DiskArchiveOptions = {}): DiskArchive {
  const root = resolve(directory);
  const { store, limits = LIMITS } = options;
  const remote = store && new Remote(root, store.objects);
  const queue = store && new Queue(store.retryMs ?? RETRY_MS, store.logger);
  const places = createPlaces(root, remote);
  const fences = new OpenFences(options.open ?? OPEN, (path) => open(path));

  const open = (path: string): Promise<FenceLog> => {
    const at = { directory: dirname(path), fence: Number(basename(path)) };
    const [run = '', ...log] = relative(root, at.directory).split('/');
    const elsewhere = remote?.fence(Number(run), log.join('/'), at.fence);
    const files = filesOf(at.directory, at.fence, elsewhere);
    return openFence(files, at, elsewhere, limits);
  };
  const part = (log: LogId, fence: number): Part => {
    const path = join(logDirectory(root, log), String(fence));
    return { use: (work) => fences.use(path, work) };
  };
  const parts = async (log: LogId): Promise<readonly Part[]> =>
    (await places.fences(log)).map((fence) => part(log, fence));
  const isRemoved = async (run: number): Promise<boolean> =>
    (await isTombstone(root, run)) || ((await remote?.manifest(run))?.removed ?? false);

  const thereOf = async (log: LogId): Promise<readonly Part[]> => {
    const found = await parts(log);
    if (found.length === 0 && (await isRemoved(log.run)))
      throw new LogRemoved('this log was removed: it was too old, or all logs together were too much');
    return found;
  };

  const send = (run: number, stage: string): void => {
    if (!remote || !queue) return;
    queue.add(relative(root, stage), async () => {
      // What grew meanwhile is not closed: it comes again.
      await sendStage({ root, run, directory: stage }, { remote, fences });
    });
  };
  const removeObjects = (run: number): void => {
    if (!remote) return;
    queue?.add(`${run}.removed`, async () => {
      await remote.remove(await objectsLeft(root, run));
      await remote.replaceManifest(run, { ...(await remote.manifest(run)), removed: true });
      await writeTombstone(root, run, []);
    });
  };
  const removeHere = async (run: number): Promise<void> => {
    const there = remote ? objectsOf(run, (await remote.manifest(run)).fences) : [];
    const here = remote ? await fileNames(root, run) : [];
    await writeTombstone(root, run, [...new Set([...(await objectsLeft(root, run)), ...there, ...here])]);
    await fences.closeBelow(runDirectory(root, run));
    await removeFolder(root, run);
    // Who looked between the two has opened what is gone.
    await fences.closeBelow(runDirectory(root, run));
    remote?.forget(run);
  };

  return {
    append: async ({ key, offset, bytes, stamps = [], marks = [] }) => {
      await places.nameService(key);
      await part(key, key.fence).use((log) => log.append({ offset, bytes, stamps, marks }));
    },
    size: async (log) => sizeOf(await parts(log)),
    async *read(log, start, end) {
      if (start < end) yield* readParts(await thereOf(log), start, end);
    },
    async *stored(log, start, end) {
      if (start < end) yield* storedParts(await thereOf(log), start, end);
    },
    index: async (log) => {
      const found = await parts(log);
      const index = await indexOf(found);
      return found.length === 0 && (await isRemoved(log.run)) ? { ...index, removed: true } : index;
    },
    stamps: async (log, start, end) => stampsOf(await parts(log), start, end),
    services: (run, stage) => places.services(run, stage),
    close: async (run, stage) => {
      const directory = stageDirectory(root, run, stage);
      for (const folder of await foldersOf(directory)) {
        for (const fence of fencesOf((await listFolder(folder)).files))
          await fences.use(join(folder, String(fence)), (log) => log.seal());
      }
      send(run, directory);
    },
    remove: (run) =>
      queue ? queue.alone(() => removeHere(run)).then(() => removeObjects(run)) : removeHere(run),
    usage: () => usageOf(root, remote),
    start: async () => {
      await removeTrash(root);
      for (const run of remote ? await unfinishedRemovals(root) : []) removeObjects(run);
    },
    idle: async () => queue?.idle(),
    stop: () => queue?.stop(),
  };
}
