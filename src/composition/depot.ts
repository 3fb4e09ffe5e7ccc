import type { Finds } from '../runs/depot.js';
import { BlobRefused, type BlobStore, type BlobsKept, type Logger } from '../runs/ports.js';
import { type Depot, DepotUnavailable } from '../worker/ports.js';

/** Of the room for all blobs, what a tidying between two days leaves: the next put shall not need another. */
const LEFT = 0.9;

/** Blobs that are also tidied, behind the puts, whenever they become too many. */
export function boundedBlobs(blobs: BlobStore, kept: BlobsKept, logger: Logger): BlobStore {
  let tidying: Promise<unknown> | undefined;
  const tidy = (): Promise<unknown> =>
    blobs
      .tidy({ ...kept, bytes: kept.bytes * LEFT })
      .catch((err: unknown) => logger.warn({ err }, 'unused files not removed'))
      .finally(() => {
        tidying = undefined;
      });
  return {
    ...blobs,
    async put(content) {
      const blob = await blobs.put(content);
      if (blobs.held() > kept.bytes) {
        tidying ??= tidy();
      }
      return blob;
    },
  };
}

/** The depot for a worker in the server's own process. */
export function directDepot({ blobs, finds }: { readonly blobs: BlobStore; readonly finds: Finds }): Depot {
  return {
    async put(content, signal) {
      try {
        return await blobs.put(whileWanted(content, signal));
      } catch (error) {
        throw error instanceof BlobRefused ? unavailable(error) : error;
      }
    },
    async get(digest, signal) {
      const found = await asked(signal, blobs.get(digest));
      return found && readable(found.content, signal);
    },
    async findCache(run, wanted, signal) {
      const found = await asked(signal, finds.cache(run, wanted));
      return found && { key: found.key, digest: found.digest, bytes: found.bytes };
    },
    findResult: (run, address, signal) => asked(signal, finds.result(run, address)),
  };
}

async function asked<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([answer, aborted]);
  } catch (error) {
    throw signal.aborted ? signal.reason : unavailable(error);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

async function* whileWanted(
  content: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  signal.throwIfAborted();
  for await (const chunk of content) {
    yield chunk;
    signal.throwIfAborted();
  }
}

async function* readable(content: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  try {
    yield* whileWanted(content, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : unavailable(error);
  }
}

function unavailable(cause: unknown): DepotUnavailable {
  return new DepotUnavailable(cause instanceof Error ? cause.message : String(cause), { cause });
}
