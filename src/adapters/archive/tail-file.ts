import type { FileHandle } from 'node:fs/promises';

import type { GrowingChunk } from './chunk.js';
import { openForWriting, writeAll } from './files.js';
import { headerOf } from './frame.js';
import type { Piece } from './piece.js';

/** The file that holds what was appended to a chunk until it is packed; open for one chunk at a time. */
export class TailFile {
  readonly #path: (chunk: number) => string;
  #open: { readonly chunk: GrowingChunk; readonly file: FileHandle } | undefined;

  constructor(path: (chunk: number) => string) {
    this.#path = path;
  }

  async write(chunk: GrowingChunk, piece: Piece): Promise<void> {
    const header = headerOf(piece);
    const file = await this.#of(chunk);
    try {
      await writeAll(file, [header, piece.bytes], chunk.tailLength);
    } catch (error) {
      // Part of it may be there: opened anew, it is cut off.
      await this.close();
      throw error;
    }
    chunk.tailLength += header.length + piece.bytes.length;
  }

  /** Also safe when it is not open. With a chunk: only that one's. */
  async close(chunk?: GrowingChunk): Promise<void> {
    if (!this.#open || (chunk && this.#open.chunk !== chunk)) return;
    const { file } = this.#open;
    this.#open = undefined;
    await file.close();
  }

  async #of(chunk: GrowingChunk): Promise<FileHandle> {
    if (this.#open?.chunk === chunk) return this.#open.file;
    await this.close();
    const file = await openForWriting(this.#path(chunk.number));
    this.#open = { chunk, file };
    await file.truncate(chunk.tailLength);
    return file;
  }
}
