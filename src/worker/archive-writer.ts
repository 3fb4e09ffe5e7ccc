import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Pack, pack } from 'tar-stream';

export interface FileHead {
  readonly name: string;
  readonly mode: number;
  readonly mtime: Date;
}

/** What `fill` adds, as a tar stream; what it throws ends the stream. */
export async function* writeArchive(fill: (tar: Pack) => Promise<void>): AsyncGenerator<Buffer> {
  const tar = pack();
  // The stream carries the error to the reader; without a reader nothing is to be told.
  const filled = fill(tar).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const chunk of tar as AsyncIterable<Buffer>) yield chunk;
  } finally {
    tar.destroy();
    await filled;
  }
}

/** Adds a regular file; resolves when the stream has taken it. A link is refused, not followed. */
export async function addFile(tar: Pack, file: string, head: FileHead): Promise<void> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await handle.stat();
    await writeEntry(tar, { ...head, size }, handle);
  } finally {
    await handle.close();
  }
}

/** Most files of a tree of dependencies are smaller: a stream for each costs more than the reading. */
const SMALL_BYTES = 64 * 1024;

async function writeEntry(
  tar: Pack,
  head: FileHead & { readonly size: number },
  handle: FileHandle,
): Promise<void> {
  const { size } = head;
  const small = size <= SMALL_BYTES ? await readStart(handle, size) : undefined;
  await new Promise<void>((resolve, reject) => {
    const entry = tar.entry({ ...head, type: 'file' }, (error) => (error ? reject(error) : resolve()));
    if (size === 0) entry.end(undefined);
    else if (small !== undefined) entry.end(small);
    else {
      // The size stands in the header: a file that grows meanwhile must not spill over.
      const content = handle.createReadStream({ autoClose: false, start: 0, end: size - 1 });
      content.on('error', reject);
      content.pipe(entry);
    }
  });
}

async function readStart(handle: FileHandle, size: number): Promise<Buffer> {
  const content = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(content, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return content.subarray(0, filled);
}
