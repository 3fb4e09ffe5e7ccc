import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
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
  const handle = await open(file, NO_LINK);
  try {
    const { size } = await handle.stat();
    await writeEntry(tar, { ...head, size }, (entry, reject) => {
      if (size === 0) return void entry.end();
      // The size stands in the header: a file that grows meanwhile must not spill over.
      const content = handle.createReadStream({ autoClose: false, start: 0, end: size - 1 });
      content.on('error', reject);
      content.pipe(entry);
    });
  } finally {
    await handle.close();
  }
}

const NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW;

/** Most files of a tree of dependencies are smaller: a stream for each costs more than the reading. */
export const SMALL_BYTES = 64 * 1024;

/** The content of a small file; others may be read meanwhile. A link is refused, not followed. */
export async function readSmall(file: string): Promise<Buffer> {
  return await readFile(file, { flag: NO_LINK });
}

/** Adds what was read; resolves when the stream has taken it. */
export async function addContent(tar: Pack, content: Buffer, head: FileHead): Promise<void> {
  await writeEntry(tar, { ...head, size: content.length }, (entry) => {
    if (content.length === 0) entry.end();
    else entry.end(content);
  });
}

async function writeEntry(
  tar: Pack,
  head: FileHead & { readonly size: number },
  write: (entry: NodeJS.WritableStream, reject: (error: Error) => void) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    write(
      tar.entry({ ...head, type: 'file' }, (error) => (error ? reject(error) : resolve())),
      reject,
    );
  });
}
