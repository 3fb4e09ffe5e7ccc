import { join } from 'node:path';

import type { ObjectStore } from '../../logs/ports.js';
import { replaceFile, textOf } from './files.js';
import { fileName, tombstoneFile } from './names.js';
import type { Elsewhere } from './open-fence.js';
import { Windows } from './windows.js';

export interface Logger {
  warn(fields: object, message: string): void;
}

/** A fence whose files are in the object store. */
export interface RemoteFence {
  /** Folder of its log, below the run's. */
  readonly log: string;
  /** Of a service's log: what it is called. */
  readonly service?: string;
  readonly fence: number;
  /** The number of its last pack. */
  readonly packs: number;
  /** Bytes of its packs. */
  readonly stored: number;
}

/** What of a run is in the object store: one small object there, and a copy on the disk. */
export interface Manifest {
  readonly removed: boolean;
  readonly fences: readonly RemoteFence[];
}

const EMPTY: Manifest = { removed: false, fences: [] };
const REMOVED: Manifest = { removed: true, fences: [] };
const MANIFEST = 'remote.json';
/** Manifests in memory. */
const MANIFESTS = 1000;
/** MiB of packs in memory. */
const WINDOWS = 24;

/** Files of runs in an object store, under the names that they have below the archive's folder. */
export class Remote {
  readonly #root: string;
  readonly #objects: ObjectStore;
  readonly #windows: Windows;
  readonly #manifests = new Map<number, Manifest>();

  constructor(root: string, objects: ObjectStore) {
    this.#root = root;
    this.#objects = objects;
    this.#windows = new Windows(objects, WINDOWS);
  }

  async manifest(run: number): Promise<Manifest> {
    const known = this.#manifests.get(run);
    if (known) return known;
    const found = await this.#find(run);
    // Another may have been written meanwhile.
    return this.#manifests.get(run) ?? this.#keep(run, found);
  }

  /** There first, then here: what the disk says is true. */
  async replaceManifest(run: number, manifest: Manifest): Promise<void> {
    const text = JSON.stringify(manifest);
    await this.#objects.put(`${run}/${MANIFEST}`, Buffer.from(text));
    // With nothing left there is no folder of the run either.
    if (manifest.fences.length > 0) await replaceFile(this.#manifestFile(run), text);
    this.#keep(run, manifest);
  }

  fence(run: number, log: string, fence: number): Elsewhere {
    const name = (file: Parameters<typeof fileName>[0]): string => `${run}/${log}/${fileName(file)}`;
    return {
      index: async () => {
        const { fences } = await this.manifest(run);
        if (!fences.some((known) => known.log === log && known.fence === fence)) return undefined;
        const index = await this.#objects.get(name({ fence, kind: 'index' }));
        if (!index) throw new Error(`the store of logs has lost ${name({ fence, kind: 'index' })}`);
        return index.toString();
      },
      pack: (number, place, length) =>
        this.#windows.read(name({ fence, kind: 'pack', number }), place, length),
    };
  }

  /** A file of the archive, by its name below the archive's folder. */
  async put(name: string, content: Uint8Array): Promise<void> {
    await this.#objects.put(name, content);
    this.#windows.forget(`${name} `);
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#objects.remove(name);
  }

  /** Before its folder goes. */
  forget(run: number): void {
    this.#manifests.delete(run);
    this.#windows.forget(`${run}/`);
  }

  #keep(run: number, manifest: Manifest): Manifest {
    this.#manifests.delete(run);
    this.#manifests.set(run, manifest);
    const [oldest] = this.#manifests.keys();
    if (this.#manifests.size > MANIFESTS && oldest !== undefined) this.#manifests.delete(oldest);
    return manifest;
  }

  async #find(run: number): Promise<Manifest> {
    const here = await textOf(this.#manifestFile(run));
    if (here !== undefined) return JSON.parse(here) as Manifest;
    // What the store still has of a removed run is not a log any more.
    if ((await textOf(tombstoneFile(this.#root, run))) !== undefined) return REMOVED;
    const there = await this.#objects.get(`${run}/${MANIFEST}`);
    return there ? (JSON.parse(there.toString()) as Manifest) : EMPTY;
  }

  #manifestFile(run: number): string {
    return join(this.#root, String(run), MANIFEST);
  }
}

/** All objects of these fences. */
export function objectsOf(run: number, fences: readonly RemoteFence[]): readonly string[] {
  return fences.flatMap(({ log, fence, packs }) =>
    [
      ...Array.from({ length: packs }, (_, index) => fileName({ fence, kind: 'pack', number: index + 1 })),
      fileName({ fence, kind: 'index' }),
    ].map((file) => `${run}/${log}/${file}`),
  );
}
