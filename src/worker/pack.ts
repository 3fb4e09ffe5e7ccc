import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Pack } from 'tar-stream';
import { ArchiveRefused } from './archive-rules.js';
import { addContent, addFile, readSmall, SMALL_BYTES, writeArchive } from './archive-writer.js';
import type { SelectedEntry } from './selection.js';

export interface PackSource {
  readonly root: string;
  /** Directory of the archive under which its entries stand; absent: they stand at the top. */
  readonly prefix?: string;
  readonly entries: readonly SelectedEntry[];
}

/**
 * A gzipped tar of what was selected. Owners are root's; without `times` equal content gives equal bytes,
 * whenever and wherever it was made.
 */
export function packFiles(
  sources: readonly PackSource[],
  { times }: { readonly times: boolean },
): AsyncIterable<Buffer> {
  const tar = writeArchive(async (into) => {
    for (const source of sources) await addEntries(into, source, times);
  });
  // Level 1: what is kept is packed while a check waits, and stored on a disk that is cheap.
  return through(tar, createGzip({ level: 1 }));
}

/** What {@link packFiles} made, as a tar. @throws ArchiveRefused when it is no gzip */
export async function* unzipped(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* through(content, createGunzip());
  } catch (error) {
    throw isOfZlib(error) ? new ArchiveRefused('it is damaged', { cause: error }) : error;
  }
}

/** https://nodejs.org/api/zlib.html#constants: all of its codes begin so. */
function isOfZlib(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_')
  );
}

async function* through(
  content: AsyncIterable<Buffer>,
  transform: NodeJS.ReadWriteStream & AsyncIterable<unknown>,
): AsyncGenerator<Buffer> {
  const source = Readable.from(content);
  const flowing = pipeline(source, transform);
  // Who reads is told by the stream; this is its echo.
  flowing.catch(() => undefined);
  try {
    for await (const chunk of transform) yield chunk as Buffer;
    await flowing;
  } finally {
    source.destroy();
  }
}

/** So many small files are read together: 2 MiB at most. */
const TOGETHER = 32;

async function addEntries(tar: Pack, { root, prefix, entries }: PackSource, times: boolean): Promise<void> {
  for (let from = 0; from < entries.length; from += TOGETHER) {
    const some = entries.slice(from, from + TOGETHER);
    const contents = await Promise.all(some.map((entry) => contentOf(root, entry)));
    for (const [index, entry] of some.entries()) {
      const head = {
        name: prefix === undefined ? entry.path : `${prefix}/${entry.path}`,
        mode: entry.mode,
        mtime: new Date(times ? entry.modified : 0),
      };
      const content = contents[index];
      if (entry.kind === 'directory') tar.entry({ ...head, type: 'directory' });
      else if (entry.kind === 'link') tar.entry({ ...head, type: 'symlink', linkname: entry.target });
      else if (content !== undefined) await addContent(tar, content, head);
      else await addFile(tar, path.join(root, entry.path), head);
    }
  }
}

async function contentOf(root: string, entry: SelectedEntry): Promise<Buffer | undefined> {
  if (entry.kind !== 'file' || entry.size > SMALL_BYTES) return undefined;
  return await readSmall(path.join(root, entry.path));
}
