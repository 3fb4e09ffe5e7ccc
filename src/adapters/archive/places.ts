import { join, relative } from 'node:path';

import type { LogId } from '../../logs/ports.js';
import type { StageId } from '../../pipeline/model.js';
import { fencesOf, foldersOf, listFolder, replaceFile, textOf } from './files.js';
import { logDirectory, runDirectory, SERVICE_FILE, stageDirectory } from './names.js';
import type { Manifest, Remote } from './remote.js';

/** Which logs there are, on the disk and in the store. */
export interface Places {
  /** Fences of the log, in order. */
  fences(log: LogId): Promise<readonly number[]>;
  services(run: number, stage: StageId): Promise<readonly string[]>;
  /** Before the first byte of a service's log. */
  nameService(log: LogId): Promise<void>;
}

export function createPlaces(root: string, remote: Remote | undefined): Places {
  /** What is on the disk can be read without the store. */
  const manifest = async (run: number, isHere: boolean): Promise<Manifest | undefined> => {
    const found = remote?.manifest(run);
    return isHere ? found?.catch(() => undefined) : found;
  };
  const named = new Set<string>();
  return {
    async fences(log) {
      const directory = logDirectory(root, log);
      const here = (await listFolder(directory)).files;
      const folder = relative(runDirectory(root, log.run), directory);
      const there = (await manifest(log.run, here.length > 0))?.fences ?? [];
      return fencesOf([...here, ...there.filter((fence) => fence.log === folder)]);
    },
    async services(run, stage) {
      const directory = stageDirectory(root, run, stage);
      const [, ...folders] = await foldersOf(directory);
      const here = await Promise.all(folders.map((folder) => textOf(join(folder, SERVICE_FILE))));
      const stageFolder = relative(runDirectory(root, run), directory);
      const there = ((await manifest(run, folders.length > 0))?.fences ?? [])
        .filter(({ log }) => log.startsWith(`${stageFolder}/`))
        .map(({ service }) => service);
      return [...new Set([...here, ...there])].filter((name) => name !== undefined).sort();
    },
    async nameService(log) {
      const file = join(logDirectory(root, log), SERVICE_FILE);
      if (log.service === undefined || named.has(file)) return;
      if ((await textOf(file)) !== log.service) await replaceFile(file, log.service);
      // One set for all would grow for ever, and to look again costs little.
      if (named.size >= 1000) named.clear();
      named.add(file);
    },
  };
}
