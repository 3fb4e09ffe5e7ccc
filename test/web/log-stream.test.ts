import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { type Event, eventsOf } from './events.js';
import { type Site, startSite } from './harness.js';
import { ended, NOON, queued, running, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
  site.runs.put(runView({ stages: { test: running } }));
});
afterEach(() => site.stop());

const path = '/runs/1/stages/test/log/stream';

async function all(path: string, headers = {}): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of eventsOf(await site.open(path, headers))) events.push(event);
  return events;
}

describe('log stream', () => {
  test('gives lines as they come, with the offset after them, and the end', async () => {
    const answer = await site.open(path);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['cache-control']).toContain('no-transform');
    const events = eventsOf(answer);
    await site.print(1, 'test', 'one\ntwo\nthr');
    expect((await events.next()).value).toEqual({ event: 'log', id: '8', data: 'one\ntwo' });
    await site.print(1, 'test', 'ee\nü');
    expect((await events.next()).value).toEqual({ event: 'log', id: '14', data: 'three' });
    site.end(1, 'test', ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } }));
    expect((await events.next()).value).toEqual({ event: 'log', id: '16', data: 'ü' });
    expect((await events.next()).value).toEqual({ event: 'end', id: '16', data: 'failure' });
    expect((await events.next()).done).toBe(true);
  });

  test('resumes after the event that was last received, nothing lost or doubled', async () => {
    for (let line = 0; line < 50; line += 1) await site.print(1, 'test', `line ${line}\n`);
    const cut = await site.open(path);
    const events = eventsOf(cut);
    const first = (await events.next()).value;
    cut.destroy();
    for (let line = 50; line < 99; line += 1) await site.print(1, 'test', `line ${line}\n`);
    site.end(1, 'test');
    const rest = await all(path, { 'last-event-id': first?.id });
    const text = [first, ...rest].filter((event) => event?.event === 'log').map((event) => event?.data);
    expect(text.join('\n').split('\n')).toEqual(Array.from({ length: 99 }, (_, line) => `line ${line}`));
  });

  test('a client that saw everything is only told the end', async () => {
    await site.print(1, 'test', 'one\n');
    site.end(1, 'test');
    expect(await all(path, { 'last-event-id': '4' })).toEqual([{ event: 'end', id: '4', data: 'success' }]);
  });

  test('begins where the page asks, but resumes by Last-Event-ID', async () => {
    await site.print(1, 'test', 'one\ntwo\nthree\n');
    site.end(1, 'test');
    expect((await all(`${path}?from=4`))[0]?.data).toBe('two\nthree');
    expect((await all(`${path}?from=4`, { 'last-event-id': '8' }))[0]?.data).toBe('three');
  });

  test.each([['-1'], ['x'], ['9'.repeat(40)], ['0x10']])(
    'an id that is none (%s) begins anew',
    async (id) => {
      await site.print(1, 'test', 'one\n');
      site.end(1, 'test');
      expect((await all(path, { 'last-event-id': id }))[0]?.data).toBe('one');
    },
  );

  test('the end waits for the stage, through its queue', async () => {
    site.runs.put(runView({ stages: { test: queued } }));
    const events = eventsOf(await site.open(path));
    site.runs.set(1, 'test', running);
    await site.print(1, 'test', 'x\n');
    expect((await events.next()).value).toMatchObject({ event: 'log' });
    site.end(1, 'test');
    expect((await events.next()).value).toMatchObject({ event: 'end' });
  });

  test('a run that is removed ends its streams', async () => {
    const view = runView({ stages: { test: running } });
    const views = [view, view, undefined];
    await site.stop();
    site = await startSite({
      queries: { run: async () => views.shift(), runs: async () => ({ runs: [], total: 0 }) },
    });
    const events = eventsOf(await site.open(path));
    const end = events.next();
    while (views.length > 1) await new Promise((resolve) => setImmediate(resolve));
    site.live.stageEnded(1, 'test');
    expect((await end).value).toEqual({ event: 'end', id: '0', data: 'gone' });
  });

  test('carriage returns, blank lines and field names in a log stay text', async () => {
    const log = 'a\r\n\r\nevent: end\ndata: x\n 10%\r 20%\r100%\n: c\n\n';
    await site.print(1, 'test', log);
    site.end(1, 'test');
    const [log1, end] = await all(path);
    expect(log1?.data).toBe('a\n\nevent: end\ndata: x\n 10%\n 20%\n100%\n: c\n');
    expect(end).toEqual({ event: 'end', id: String(log.length), data: 'success' });
  });

  test('escape sequences stay for terminals and go for the page', async () => {
    await site.print(1, 'test', '\x1b[31mred\x1b[0m \x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07\n');
    site.end(1, 'test');
    expect((await all(path))[0]?.data).toContain('\x1b[31mred');
    expect((await all(`${path}?plain=1`))[0]?.data).toBe('red link');
  });

  test('one endless line comes in pieces, none of them large', async () => {
    const line = 'ä'.repeat(300_000);
    await site.print(1, 'test', line);
    site.end(1, 'test');
    const events = await all(path);
    expect(events.map(({ data }) => (data === 'success' ? '' : data)).join('')).toBe(line);
    for (const { data } of events) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64 * 1024);
    expect(events.at(-1)?.id).toBe('600000');
  });

  test('beats while nothing comes', async () => {
    const beats: (() => void)[] = [];
    await site.stop();
    // Rights are looked at less often than it beats: that sleeps on.
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        if (ms < 30_000) beats.push(resolve);
      });
    site = await startSite({ clock: { now: () => NOON, sleep } });
    site.runs.put(runView({ stages: { test: running } }));
    const chunks = (await site.open(path)).setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toBe('retry: 1000\n\n');
    const beat = chunks.next();
    while (beats.length === 0) await new Promise((resolve) => setImmediate(resolve));
    beats.shift()?.();
    expect((await beat).value).toBe(': still here\n\n');
    await site.print(1, 'test', 'one\n');
    expect((await chunks.next()).value).toContain('data: one\n');
  });

  test('answers HEAD and unknown stages', async () => {
    expect((await site.ask(path, { method: 'HEAD' })).status).toBe(200);
    expect((await site.ask('/runs/1/stages/none/log/stream')).status).toBe(404);
  });
});
