import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { httpDepot } from '../../../src/adapters/http/depot.js';
import type { Finds, WantedCache } from '../../../src/runs/depot.js';
import { BlobRefused } from '../../../src/runs/ports.js';
import type { WebDeps } from '../../../src/web/ports.js';
import { checkedDepot } from '../../../src/worker/checked-depot.js';
import { type Depot, DepotUnavailable } from '../../../src/worker/ports.js';
import { textOf, words } from '../../content.js';
import { freePort } from '../../contract/support/free-port.js';
import { type Site, startSite, WORKER_SECRET } from '../../web/harness.js';
import { gate } from '../../worker/world.js';

const MEBIBYTE = 1024 ** 2;
const AT_ONCE = { patienceMs: 0 };
const signal = new AbortController().signal;

const asked: unknown[] = [];
const cache = { key: 'npm-1', digest: `sha256:${'a'.repeat(64)}`, bytes: 5 };
const result = { run: 3, stage: 'lint (node=20)', facts: { exitCode: 0 } };
const finds: Finds = {
  cache: async (run, wanted) => {
    asked.push([run, wanted]);
    if (wanted.key === 'broken') throw new Error('SQL is away');
    return wanted.key === 'npm-1'
      ? { ...cache, repository: 7, scope: 'branch:main', run: 3, at: 1 }
      : undefined;
  },
  result: async (run, address) => {
    asked.push([run, address]);
    return address === 'sha256:known' ? result : undefined;
  },
};

let site: Site;
let depot: Depot;
let servers: Server[];
beforeEach(async () => {
  asked.length = 0;
  servers = [];
  await restart();
});
afterEach(async () => {
  await site.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function restart(change: Partial<WebDeps> = {}): Promise<void> {
  const worker = {
    secret: WORKER_SECRET,
    finds,
    leases: { lease: async () => undefined, renewToken: async () => undefined },
  };
  site = await startSite({ worker, ...change });
  depot = checkedDepot(httpDepot(site.url, WORKER_SECRET));
}

async function replace(change: Partial<WebDeps>): Promise<void> {
  await site.stop();
  await restart(change);
}

/** Something else that answers in the place of the server. */
async function impostor(listener: RequestListener): Promise<Depot> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return checkedDepot(httpDepot(`http://127.0.0.1:${String(port)}`, WORKER_SECRET, AT_ONCE));
}

/** `given` tells what was asked for, and whether nothing more will be. */
async function* pieces(count: number, given = { bytes: 0, over: false }): AsyncGenerator<Buffer, void> {
  try {
    for (let index = 0; index < count; index += 1) {
      given.bytes += MEBIBYTE;
      yield await Promise.resolve(Buffer.alloc(MEBIBYTE, index));
    }
  } finally {
    given.over = true;
  }
}

/** Resolves when the number has come to rest. */
async function atRest(count: () => number): Promise<number> {
  for (let before = -1; before !== count(); ) {
    before = count();
    await sleep(100);
  }
  return count();
}

describe('a blob', () => {
  test('is put and read', async () => {
    const blob = await depot.put(words('hello ', 'world'), signal);
    expect(blob.bytes).toBe(11);
    expect(await site.blobs.get(blob.digest)).toMatchObject({ bytes: 11 });
    expect(await textOf(await depot.get(blob.digest, signal))).toBe('hello world');
    expect(await textOf(await depot.get((await depot.put(words(), signal)).digest, signal))).toBe('');
  });

  test('that is not there is none, whatever it is called', async () => {
    for (const name of [`sha256:${'0'.repeat(64)}`, '../../logs', 'a/b?c']) {
      expect(await depot.get(name, signal)).toBeUndefined();
    }
  });

  test('of 50 MiB comes back byte for byte', async () => {
    const blob = await depot.put(pieces(50), signal);
    const content = await depot.get(blob.digest, signal);
    const hash = createHash('sha256');
    for await (const chunk of content ?? []) hash.update(chunk);
    expect(blob.bytes).toBe(50 * MEBIBYTE);
    expect(`sha256:${hash.digest('hex')}`).toBe(blob.digest);
  });
});

describe('nobody holds more than is on its way', () => {
  test('a worker sends no faster than the server writes', async () => {
    const goOn = gate();
    const slow: WebDeps['blobs'] = {
      get: async () => undefined,
      put: async (content) => {
        await goOn.passed;
        let bytes = 0;
        for await (const chunk of content) bytes += chunk.length;
        return { digest: 'sha256:x', bytes };
      },
    };
    await replace({ blobs: slow });
    const given = { bytes: 0, over: false };
    const putting = depot.put(pieces(100, given), signal);
    expect(await atRest(() => given.bytes)).toBeLessThan(50 * MEBIBYTE);
    goOn.open();
    expect((await putting).bytes).toBe(100 * MEBIBYTE);
  });

  test('a server reads no faster than the worker takes', async () => {
    const given = { bytes: 0, over: false };
    const bytes = 100 * MEBIBYTE;
    await replace({
      blobs: { ...site.blobs, get: async () => ({ bytes, content: pieces(100, given) }) },
    });
    const content = await depot.get('sha256:x', signal);
    expect(await atRest(() => given.bytes)).toBeLessThan(50 * MEBIBYTE);
    let taken = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of content ?? []) taken += chunk.length;
    };
    await expect(reading()).rejects.toThrow('damaged');
    expect(taken).toBe(bytes);
  });
});

describe('what goes wrong is DepotUnavailable, in words', () => {
  test.each<[string, WebDeps['blobs']['put'], string]>([
    [
      'in the middle',
      async (content) => {
        for await (const _ of content) throw new BlobRefused('too_large', 'the server keeps no more');
        return { digest: '', bytes: 0 };
      },
      'the server keeps no more',
    ],
    [
      'before anything is read',
      async () => {
        throw new BlobRefused('no_space', 'the disk of the server is full');
      },
      'the disk of the server is full',
    ],
  ])('a blob that the server refuses %s', async (_, put, message) => {
    await replace({ blobs: { put, get: async () => undefined } });
    const given = { bytes: 0, over: false };
    const putting = depot.put(pieces(200, given), signal);
    await expect(putting).rejects.toThrow(DepotUnavailable);
    await expect(putting).rejects.toThrow(message);
    // The rest is not sent.
    expect(await atRest(() => given.bytes)).toBeLessThan(100 * MEBIBYTE);
    expect(given.over).toBe(true);
  });

  test('a server that breaks, which is in its log', async () => {
    const put: WebDeps['blobs']['put'] = async (content) => {
      for await (const _ of content) throw new Error('a fault of ours');
      return { digest: '', bytes: 0 };
    };
    await replace({ blobs: { put, get: async () => undefined } });
    await expect(depot.put(pieces(50), signal)).rejects.toThrow(DepotUnavailable);
    expect(site.errors).toHaveLength(1);
  });

  test('a server that is away', async () => {
    const gone = httpDepot('http://127.0.0.1:1', WORKER_SECRET, AT_ONCE);
    for (const ask of [
      gone.put(words('x'), signal),
      gone.get('sha256:x', signal),
      gone.findCache(1, { key: 'x', restoreKeys: [] }, signal),
      gone.findResult(1, 'x', signal),
    ]) {
      await expect(ask).rejects.toThrow(DepotUnavailable);
      await expect(ask).rejects.toThrow('ECONNREFUSED');
    }
  });

  test('another secret', async () => {
    const thief = httpDepot(site.url, 'guessed-by-somebody');
    await expect(thief.get('sha256:x', signal)).rejects.toThrow('CYCLONE_WORKER_SECRET');
    const given = { bytes: 0, over: false };
    await expect(thief.put(pieces(1, given), signal)).rejects.toThrow('CYCLONE_WORKER_SECRET');
    expect(given.bytes).toBe(0);
    await expect(thief.findResult(1, 'sha256:known', signal)).rejects.toThrow('CYCLONE_WORKER_SECRET');
    expect(asked).toEqual([]);
  });

  test('a find that breaks', async () => {
    await expect(depot.findCache(1, { key: 'broken', restoreKeys: [] }, signal)).rejects.toThrow(
      DepotUnavailable,
    );
  });

  test('a page of a proxy', async () => {
    const proxy = await impostor((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
    await expect(proxy.findResult(1, 'x', signal)).rejects.toThrow('502');
    await expect(proxy.get('sha256:x', signal)).rejects.toThrow('502');
  });

  test('a blob that is not what it is called', async () => {
    const { digest } = await depot.put(words('hello'), signal);
    const liar = await impostor((_, response) => response.end('hullo'));
    await expect(liar.get(digest, signal).then(textOf)).rejects.toThrow(DepotUnavailable);
  });

  test('a connection that is cut in the middle of a blob', async () => {
    const cutter = await impostor((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(cutter.get('sha256:x', signal).then(textOf)).rejects.toThrow(DepotUnavailable);
  });

  test('a connection that is cut while a blob is sent', async () => {
    const cutter = await impostor((request, response) => {
      if (request.method === 'GET') response.writeHead(404).end();
      request.once('data', () => request.destroy());
    });
    await expect(cutter.put(pieces(50), signal)).rejects.toThrow(DepotUnavailable);
  });
});

test('what a source throws is thrown, and the server keeps nothing of it', async () => {
  let atServer: Promise<unknown> = Promise.resolve();
  const { blobs } = site;
  const put: WebDeps['blobs']['put'] = async (content) => {
    atServer = blobs.put(content).catch((error: unknown) => error);
    throw new Error('nothing was put', { cause: await atServer });
  };
  await replace({ blobs: { put, get: async () => undefined } });
  const broken = async function* (): AsyncGenerator<Buffer, void> {
    yield* pieces(20);
    throw new RangeError('the container is gone');
  };
  await expect(depot.put(broken(), signal)).rejects.toThrow(RangeError);
  expect(await atServer).toMatchObject({ code: 'ECONNRESET' });
  // That a worker leaves is no error of the server.
  expect(await atRest(() => site.errors.length)).toBe(0);
});

describe('a server that is restarted', () => {
  /** Listens where nobody did, when somebody has come in vain. */
  async function late(): Promise<{ readonly url: string; readonly start: () => Promise<void> }> {
    const port = await freePort();
    const start = async (): Promise<void> => {
      const server = createServer((request, response) => {
        if (request.method === 'PUT') {
          request.resume().once('end', () => response.writeHead(201).end('{"digest":"sha256:x","bytes":5}'));
        } else if (request.method === 'POST') response.end(JSON.stringify(result));
        else response.writeHead(404).end();
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    };
    return { url: `http://127.0.0.1:${String(port)}`, start };
  }

  test('is waited for, and no source is begun before', async () => {
    const { url, start } = await late();
    const patient = httpDepot(url, WORKER_SECRET);
    const given = { bytes: 0, over: false };
    const putting = patient.put(pieces(1, given), signal);
    const finding = patient.findResult(1, 'x', signal);
    await sleep(200);
    expect(given.bytes).toBe(0);
    await start();
    expect(await putting).toEqual({ digest: 'sha256:x', bytes: 5 });
    expect(given.bytes).toBe(MEBIBYTE);
    expect(await finding).toEqual(result);
  });

  test('is not waited for by a job that stops', async () => {
    const { url } = await late();
    const abort = new AbortController();
    const asking = httpDepot(url, WORKER_SECRET).get('sha256:x', abort.signal);
    await sleep(100);
    abort.abort(new Error('the job stops'));
    await expect(asking).rejects.toThrow('the job stops');
  });
});

describe('an abort', () => {
  const reason = new Error('the job stops');

  test('ends a put, also one whose source has nothing to give', async () => {
    const abort = new AbortController();
    const stuck = async function* (): AsyncGenerator<Buffer, void> {
      yield* words('first');
      abort.abort(reason);
      await new Promise(() => undefined);
    };
    await expect(depot.put(stuck(), abort.signal)).rejects.toBe(reason);
  });

  test('ends a read in the middle', async () => {
    const { digest } = await depot.put(pieces(20), signal);
    const abort = new AbortController();
    const content = await depot.get(digest, abort.signal);
    const reading = async (): Promise<void> => {
      for await (const _ of content ?? []) abort.abort(reason);
    };
    await expect(reading()).rejects.toBe(reason);
  });

  test('before the beginning asks nothing', async () => {
    const over = AbortSignal.abort(reason);
    await expect(depot.findResult(1, 'sha256:known', over)).rejects.toBe(reason);
    await expect(depot.put(words('x'), over)).rejects.toBe(reason);
    expect(asked).toEqual([]);
  });
});

test('what a run may find is asked of the server', async () => {
  const wanted: WantedCache = { key: 'npm-1', restoreKeys: ['npm-', 'ü📦'] };
  expect(await depot.findCache(12, wanted, signal)).toEqual(cache);
  expect(await depot.findCache(12, { key: 'other', restoreKeys: [] }, signal)).toBeUndefined();
  expect(await depot.findResult(12, 'sha256:known', signal)).toEqual(result);
  expect(await depot.findResult(12, 'sha256:other', signal)).toBeUndefined();
  expect(asked[0]).toEqual([12, wanted]);
  expect(asked).toHaveLength(4);
});
