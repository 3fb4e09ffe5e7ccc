import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type Site, startSite } from './harness.js';
import { ended, queued, running, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

const stage = 'lint (node=20)/ä:x';
const path = `/runs/1/stages/${encodeURIComponent(stage)}/log`;

/** A run whose one stage has printed and ended. */
async function finished(text: string): Promise<void> {
  site.runs.put(runView({ stages: { [stage]: running } }));
  await site.print(1, stage, text);
  site.end(1, stage);
}

describe('a log that is whole', () => {
  test('is text, with its length, and nothing else', async () => {
    await finished('one\n<b>two</b> ü\n');
    const { status, headers, body } = await site.ask(path);
    expect([status, body]).toEqual([200, 'one\n<b>two</b> ü\n']);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers['content-length']).toBe('18');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['accept-ranges']).toBe('bytes');
  });

  test('may be empty', async () => {
    site.runs.put(runView({ stages: { [stage]: ended({ kind: 'cancelled', by: 'by alice' }) } }));
    const { status, headers, body } = await site.ask(path);
    expect([status, headers['content-length'], body]).toEqual([200, '0', '']);
  });

  test('answers HEAD without a body', async () => {
    await finished('one\n');
    const { status, headers, body } = await site.ask(path, { method: 'HEAD' });
    expect([status, headers['content-length'], body]).toEqual([200, '4', '']);
  });

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=3-2', 200, '0123456789', undefined],
    ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
  ])('Range %s', async (range, status, body, contentRange) => {
    await finished('0123456789');
    const answer = await site.ask(path, { headers: { range } });
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect(answer.headers['content-range']).toBe(contentRange);
    expect(answer.headers['content-length']).toBe(String(body.length));
  });

  test('a range that depends on a validator is the whole: there is none', async () => {
    await finished('0123456789');
    const answer = await site.ask(path, { headers: { range: 'bytes=0-3', 'if-range': '"x"' } });
    expect([answer.status, answer.body]).toEqual([200, '0123456789']);
  });

  test('that vanishes under a reader cuts the connection', async () => {
    await finished('x'.repeat(100));
    Object.assign(site.archive, { size: async () => 101 });
    await expect(site.ask(path)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(site.errors).toHaveLength(1);
  });

  test.each([['/runs/1/stages/other/log'], ['/runs/2/stages/lint/log'], ['/runs/01/stages/lint/log']])(
    '%s is not there',
    async (path) => {
      await finished('x');
      expect((await site.ask(path)).status).toBe(404);
    },
  );
});

describe('a log that is being written', () => {
  test('comes as it is written and ends with the stage', async () => {
    site.runs.put(runView({ stages: { [stage]: queued } }));
    const answer = await site.open(path);
    expect(answer.headers['content-length']).toBeUndefined();
    const chunks = answer.setEncoding('utf8')[Symbol.asyncIterator]();
    await site.print(1, stage, 'one\n');
    expect(await chunks.next()).toEqual({ done: false, value: 'one\n' });
    await site.print(1, stage, 'two');
    expect(await chunks.next()).toEqual({ done: false, value: 'two' });
    site.end(1, stage);
    expect((await chunks.next()).done).toBe(true);
    expect(answer.complete).toBe(true);
  });

  test('gives a range of what is there, of a size that nobody knows yet', async () => {
    site.runs.put(runView({ stages: { [stage]: running } }));
    await site.print(1, stage, '0123456789');
    const answer = await site.ask(path, { headers: { range: 'bytes=5-99' } });
    expect([answer.status, answer.body]).toEqual([206, '56789']);
    expect(answer.headers['content-range']).toBe('bytes 5-9/*');
    expect((await site.ask(path, { headers: { range: 'bytes=10-' } })).status).toBe(416);
  });

  test('answers HEAD at once, without a length', async () => {
    site.runs.put(runView({ stages: { [stage]: running } }));
    const { status, headers } = await site.ask(path, { method: 'HEAD' });
    expect([status, headers['content-length']]).toEqual([200, undefined]);
  });

  test('is not taken for whole when the server closes', async () => {
    site.runs.put(runView({ stages: { [stage]: running } }));
    await site.print(1, stage, 'one\n');
    const answer = await site.open(path);
    await once(answer.resume(), 'data');
    const broken = once(answer, 'error');
    site.closeStreams();
    expect(await broken).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(answer.complete).toBe(false);
    expect(site.errors).toEqual([]);
  });

  test('a reader that leaves is forgotten', async () => {
    const watching: AbortSignal[] = [];
    const { live } = site;
    await site.stop();
    site = await startSite({
      live: {
        ...live,
        watch: (log, signal) => {
          watching.push(signal);
          return live.watch(log, signal);
        },
      },
    });
    site.runs.put(runView({ stages: { [stage]: running } }));
    const answer = await site.open(path);
    while (watching.length === 0) await new Promise((resolve) => setImmediate(resolve));
    answer.destroy();
    const [signal] = watching;
    if (signal && !signal.aborted) await once(signal, 'abort');
    expect(signal?.aborted).toBe(true);
  });

  test('bytes in are bytes out for readers of any time, over the disk and HTTP', async () => {
    const segments = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        segments,
        fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }),
        async (segments, joins) => {
          run += 1;
          const at = `/runs/${run}/stages/s/log`;
          site.runs.put(runView({ id: run, stages: { s: running } }));
          const readers: Promise<Buffer>[] = [];
          const join = (time: number): void => {
            for (const one of joins) if (one === time) readers.push(readAll(at));
          };
          for (const [index, bytes] of segments.entries()) {
            join(index);
            await site.print(run, 's', Buffer.from(bytes));
          }
          site.end(run, 's');
          for (let time = segments.length; time <= 12; time += 1) join(time);
          const whole = Buffer.concat(segments);
          for (const log of await Promise.all(readers)) expect(log).toEqual(whole);
        },
      ),
      { numRuns: 25 },
    );
  });
});

async function readAll(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await site.open(path)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
