import { createHash } from 'node:crypto';
import { type Depot, DepotUnavailable } from './ports.js';

/** A depot whose blobs are compared with their names as they are read, wherever they come from. */
export function checkedDepot(depot: Depot): Depot {
  return {
    put: (content, signal) => depot.put(content, signal),
    async get(digest, signal) {
      const content = await depot.get(digest, signal);
      return content && checked(content, digest);
    },
    findCache: (run, wanted, signal) => depot.findCache(run, wanted, signal),
    findResult: (run, address, signal) => depot.findResult(run, address, signal),
  };
}

async function* checked(content: AsyncIterable<Buffer>, digest: string): AsyncGenerator<Buffer, void> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) {
    throw new DepotUnavailable(`what the depot gave for ${digest} is ${found}: it is damaged`);
  }
}
