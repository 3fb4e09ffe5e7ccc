import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Blob } from '../../pipeline/model.js';
import { BlobRefused, type BlobStore } from '../../runs/ports.js';
import { refusing } from './errno.js';
import { blobPath, unfinishedDirectory } from './names.js';
import { tidyBlobs } from './tidy.js';

/** What is larger than this is rather an image for a registry. */
const LARGEST = 8 * 1024 ** 3;
/** Between two notes of a use: which hour it was is enough to tell what nobody needs. */
const TOUCH_MS = 3600 * 1000;

export interface DiskBlobsOptions {
  /** bytes of one blob */
  readonly largest?: number;
  /** milliseconds since the epoch */
  readonly now: () => number;
}

/**
 * Blobs as files below `directory`, which is this process's own: `<first two digits>/<sha256>`. A file's
 * time of modification is that of its last use.
 */
export function diskBlobs(directory: string, { largest = LARGEST, now }: DiskBlobsOptions): BlobStore {
  const root = path.resolve(directory);
  /** Names of what is being written: the rest in their directory is of processes that died. */
  const unfinished = new Set<string>();
  let held = 0;
  return {
    async put(content) {
      const name = randomBytes(8).toString('hex');
      const file = path.join(unfinishedDirectory(root), name);
      await refusing(mkdir(unfinishedDirectory(root), { recursive: true, mode: 0o700 }));
      unfinished.add(name);
      try {
        const blob = await write(file, content, largest);
        held += await refusing(place(file, blobPath(root, blob.digest) ?? '', now()));
        return blob;
      } finally {
        await rm(file, { force: true });
        unfinished.delete(name);
      }
    },
    async get(digest) {
      const file = blobPath(root, digest);
      const bytes = file === undefined ? undefined : use(file, now());
      return file === undefined || bytes === undefined ? undefined : { bytes, content: read(file) };
    },
    async touch({ digest, bytes }) {
      const file = blobPath(root, digest);
      // After a power cut a file may have its name and not its bytes.
      return file !== undefined && use(file, now()) === bytes;
    },
    held: () => held,
    async tidy(kept) {
      const tidied = await tidyBlobs(root, kept, { now: now(), unfinished });
      held = tidied.held;
      return tidied;
    },
  };
}

async function write(file: string, content: AsyncIterable<Buffer>, largest: number): Promise<Blob> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await refusing(open(file, 'wx', 0o600));
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > largest) {
        const most = `${String(Math.floor(largest / 1024 ** 2))} MiB`;
        throw new BlobRefused('too_large', `the server keeps no more than ${most} in one piece`);
      }
      hash.update(chunk);
      // Goes on where the last one ended.
      await refusing(handle.writeFile(chunk));
    }
  } finally {
    await handle.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

/**
 * In one step of the process: nobody looks at the blob, uses or removes it between. @returns the bytes
 * by which all blobs grew
 */
async function place(from: string, to: string, now: number): Promise<number> {
  mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  const wasThere = statSync(to, { throwIfNoEntry: false });
  renameSync(from, to);
  utimesSync(to, now / 1000, now / 1000);
  return statSync(to).size - (wasThere?.size ?? 0);
}

/** In one step, as above. @returns its bytes; undefined: it is not there */
function use(file: string, now: number): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && now - found.mtimeMs > TOUCH_MS) {
    utimesSync(file, now / 1000, now / 1000);
  }
  return found?.size;
}

/** Opened when it is asked for its first bytes: who never asks leaves nothing open. */
async function* read(file: string): AsyncGenerator<Buffer, void> {
  yield* createReadStream(file) as AsyncIterable<Buffer>;
}
