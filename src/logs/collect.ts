import type { LogArchive, LogId } from './ports.js';

/** Bytes [start, end) at once: for parts that are small. @throws LogRemoved */
export async function readAll(
  archive: Pick<LogArchive, 'read'>,
  log: LogId,
  start: number,
  end: number,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const bytes of archive.read(log, start, end)) pieces.push(bytes);
  return Buffer.concat(pieces);
}
