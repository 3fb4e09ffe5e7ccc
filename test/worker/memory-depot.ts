import { createHash } from 'node:crypto';
import type { Blob } from '../../src/pipeline/model.js';
import { type Depot, DepotUnavailable, type FoundCache, type FoundResult } from '../../src/worker/ports.js';

/** A depot in memory. A test lays into `caches` and `results` what a server would have learned from facts. */
export class MemoryDepot implements Depot {
  /** By digest. */
  readonly blobs = new Map<string, Buffer>();
  /** Oldest first. */
  readonly caches: FoundCache[] = [];
  /** By content address. */
  readonly results = new Map<string, FoundResult>();
  /** While it is set, every call is refused with these words. */
  away: string | undefined;

  async put(content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Blob> {
    this.#reach(signal);
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(Buffer.from(chunk));
    signal.throwIfAborted();
    const bytes = Buffer.concat(chunks);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    this.blobs.set(digest, bytes);
    return { digest, bytes: bytes.length };
  }

  async get(digest: string, signal: AbortSignal): Promise<AsyncIterable<Buffer> | undefined> {
    this.#reach(signal);
    const bytes = this.blobs.get(digest);
    return await Promise.resolve(bytes === undefined ? undefined : once(bytes));
  }

  async findCache(
    _run: number,
    { key, restoreKeys }: { readonly key: string; readonly restoreKeys: readonly string[] },
    signal: AbortSignal,
  ): Promise<FoundCache | undefined> {
    this.#reach(signal);
    const newestFirst = this.caches.toReversed();
    const exact = newestFirst.find((cache) => cache.key === key);
    const close = restoreKeys.flatMap((prefix) =>
      newestFirst.filter((cache) => cache.key.startsWith(prefix)),
    );
    return await Promise.resolve(exact ?? close[0]);
  }

  async findResult(_run: number, address: string, signal: AbortSignal): Promise<FoundResult | undefined> {
    this.#reach(signal);
    return await Promise.resolve(this.results.get(address));
  }

  #reach(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.away !== undefined) throw new DepotUnavailable(this.away);
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void> {
  await Promise.resolve();
  yield bytes;
}
