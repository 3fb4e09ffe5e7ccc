import { BlobRefused } from '../../runs/ports.js';

/** Waits for something of the file system, and tells its failure in words for the worker that sent a blob. */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new BlobRefused('no_space', 'the disk of the server is full', { cause })
      : new BlobRefused('broken', `the server cannot write it (${code})`, { cause });
  }
}

/** For `catch`: what is not there is none. */
export function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
