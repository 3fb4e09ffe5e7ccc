import { readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { fencesOf, foldersOf, listFolder, textOf } from './files.js';
import { fileName, runDirectory, SERVICE_FILE } from './names.js';
import type { OpenFences } from './open-fences.js';
import type { Remote, RemoteFence } from './remote.js';

interface Sent extends RemoteFence {
  readonly path: string;
  /** How many chunks it had. */
  readonly sealed: number;
  readonly packFiles: readonly string[];
  readonly index: string;
}

/**
 * Sends what is packed of a stage and of its services to the store: packs, indexes, then the manifest that counts
 * them; then the copies here go. A process that dies at any step leaves a log that is read from here or from there,
 * and that is sent again.
 * @returns all of it is there: false when something grew meanwhile, or is still to be packed
 */
export async function sendStage(
  at: { readonly root: string; readonly run: number; readonly directory: string },
  { remote, fences }: { readonly remote: Remote; readonly fences: OpenFences },
): Promise<boolean> {
  const sent: Sent[] = [];
  let isAll = true;
  for (const folder of await foldersOf(at.directory)) {
    for (const fence of fencesOf((await listFolder(folder)).files)) {
      const one = await sendFence({ ...at, folder, fence }, { remote, fences });
      if (one) sent.push(one);
      else isAll = false;
    }
  }
  if (sent.length === 0) return isAll;
  const { removed, fences: known } = await remote.manifest(at.run);
  const others = known.filter((old) => !sent.some((one) => one.log === old.log && one.fence === old.fence));
  const now = sent.map(({ log, service, fence, packs, stored }) => ({
    log,
    ...(service !== undefined && { service }),
    fence,
    packs,
    stored,
  }));
  await remote.replaceManifest(at.run, { removed, fences: [...others, ...now] });
  for (const { path, sealed, packFiles, index } of sent) {
    const remove = async (): Promise<void> => {
      for (const file of packFiles) await rm(file, { force: true });
      await rm(index, { force: true });
    };
    isAll = (await fences.use(path, (log) => log.handOver(sealed, remove))) && isAll;
  }
  return isAll;
}

async function sendFence(
  at: {
    readonly root: string;
    readonly run: number;
    readonly directory: string;
    readonly folder: string;
    readonly fence: number;
  },
  { remote, fences }: { readonly remote: Remote; readonly fences: OpenFences },
): Promise<Sent | undefined> {
  const { root, run, directory, folder, fence } = at;
  const path = join(folder, String(fence));
  const state = await fences.use(path, (log) => ({
    sealed: log.sealed,
    packs: log.packs,
    stored: log.stored,
  }));
  if (state.sealed === undefined) return undefined;
  const packFiles = (await listFolder(folder)).files
    .filter((file) => file.fence === fence && file.kind === 'pack')
    .map((file) => join(folder, fileName(file)));
  const index = join(folder, fileName({ fence, kind: 'index' }));
  for (const file of packFiles) await remote.put(relative(root, file), await readFile(file));
  const lines = await textOf(index);
  // Only packs: it was sent, and the process died before it removed them all.
  if (lines !== undefined) await remote.put(relative(root, index), Buffer.from(lines));
  const service = folder === directory ? undefined : await textOf(join(folder, SERVICE_FILE));
  return {
    log: relative(runDirectory(root, run), folder),
    ...(service !== undefined && { service }),
    fence,
    packs: state.packs,
    stored: state.stored,
    path,
    sealed: state.sealed,
    packFiles,
    index,
  };
}
