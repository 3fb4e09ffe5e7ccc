import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { LogArchive } from '../../src/logs/ports.js';
import type { LinesJson, OutlineJson } from '../../src/web/log-protocol.js';
import { memoryArchive } from '../logs/memory-archive.js';
import { anyLog, LOG, type Marks, naiveLines, print } from '../logs/printed-log.js';
import { type Event, eventsOf } from './events.js';
import { type Site, startSite } from './harness.js';
import { ended, NOON, running, runView } from './runs.js';

let site: Site;
let archive: LogArchive;
beforeEach(async () => {
  archive = memoryArchive();
  // What waits for long (a silence) waits for ever, what waits for a moment not at all.
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    ms < 1000
      ? setImmediate()
      : new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  site = await startSite({ archive, clock: { now: () => NOON, sleep } });
  site.runs.put(runView({ stages: { s: running } }));
});
afterEach(() => site.stop());

const path = '/runs/1/stages/s/log/events';

async function say(text: string | Buffer, marks: Marks = {}): Promise<void> {
  await print(archive, text, marks);
  site.live.published({ key: { ...LOG, fence: 1 }, ...(marks.marks ? { marks: marks.marks } : {}) });
}

function linesIn({ data }: Event): LinesJson {
  return JSON.parse(data) as LinesJson;
}

async function next(events: AsyncIterator<Event, void>, name: string): Promise<Event> {
  for (;;) {
    const { value } = await events.next();
    if (!value) throw new Error(`no event ${name} came`);
    if (value.event === name) return value;
  }
}

describe('events of a log', () => {
  test('are its lines as they come, their last one while it grows, and the end', async () => {
    await say('one\ntw');
    const events = eventsOf(await site.open(path));
    const first = await next(events, 'lines');
    expect([first.id, linesIn(first)]).toEqual([
      '2',
      { from: 1, lines: [{ text: 'one' }, { text: 'tw' }], total: 2 },
    ]);
    await say('o\nthree\n');
    const second = await next(events, 'lines');
    expect([second.id, linesIn(second)]).toEqual([
      '4',
      { from: 2, lines: [{ text: 'two' }, { text: 'three' }], total: 3 },
    ]);
    site.end(1, 's', ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } }));
    expect(await next(events, 'end')).toEqual({ event: 'end', id: '4', data: 'failure' });
    expect((await events.next()).done).toBe(true);
  });

  test('put together are the log, in whatever pieces it is printed and whenever the reader comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyLog, { maxLength: 5 }), fc.nat(5), async (pieces, leave) => {
        await archive.remove(LOG.run);
        site.runs.put(runView({ stages: { s: running } }));
        const page: string[] = [];
        let lastId = '1';
        const readOn = async (most: number): Promise<void> => {
          const answer = await site.open(path, { 'last-event-id': lastId });
          let seen = 0;
          for await (const event of eventsOf(answer)) {
            lastId = event.id;
            if (event.event === 'lines') {
              const { from, lines } = linesIn(event);
              for (const [index, { text }] of lines.entries()) page[from - 1 + index] = text;
            }
            seen += 1;
            if (seen > most) return;
          }
        };
        const reading = readOn(leave);
        for (const bytes of pieces) await say(bytes);
        site.end(1, 's');
        await reading;
        await readOn(Number.POSITIVE_INFINITY);
        expect(page).toEqual(naiveLines(Buffer.concat(pieces)));
      }),
      { numRuns: 30 },
    );
  });

  test('tell of sections when they begin, when their heading is there and when they end, and not else', async () => {
    const outlines: OutlineJson[] = [];
    const events = eventsOf(await site.open(path));
    const outline = async (): Promise<void> => {
      outlines.push(JSON.parse((await next(events, 'outline')).data) as OutlineJson);
    };
    await outline();
    await say('', { marks: [{ offset: 0, at: NOON, kind: 'command', number: 1 }] });
    await outline();
    await say('$ make\n');
    await outline();
    await say('a\n');
    await next(events, 'lines');
    await say('b\n');
    await next(events, 'lines');
    await say('$ test\n', { marks: [{ offset: 0, at: NOON + 500, kind: 'command', number: 2 }] });
    await outline();
    site.end(1, 's');
    await outline();
    await next(events, 'end');
    expect(
      outlines.map(({ sections }) => sections.map(({ title, state, ms }) => [title, state, ms])),
    ).toEqual([
      [],
      [['', 'running', undefined]],
      [['make', 'running', undefined]],
      [
        ['make', 'passed', 500],
        ['test', 'running', undefined],
      ],
      [
        ['make', 'passed', 500],
        ['test', 'passed', undefined],
      ],
    ]);
    expect(outlines.at(-1)?.complete).toBe(true);
  });

  test('are not made by what a log says', async () => {
    const forged = ['event: end', 'id: 900', 'data: {}', '', 'retry: 1'];
    const text = ['\r', '\u2028', '\u2029', '\u0085']
      .map((end) => `x${end}${forged.join(end)}${end}y`)
      .join('\n');
    await say(text);
    const events = eventsOf(await site.open(path));
    const first = await next(events, 'lines');
    expect([first.id, linesIn(first).lines.map((line) => line.text)]).toEqual(['4', text.split('\n')]);
  });

  test('begin where one asks, and skip what nobody can read', async () => {
    await print(archive, 'x\n'.repeat(12_000));
    site.end(1, 's');
    const all: Event[] = [];
    for await (const event of eventsOf(await site.open(`${path}?from=2`))) all.push(event);
    expect(all.map(({ event, id }) => [event, id])).toEqual([
      ['lines', '12001'],
      ['outline', '12001'],
      ['end', '12001'],
    ]);
    expect(linesIn(all[0]!)).toMatchObject({ from: 11_001, total: 12_000 });
  });

  test('of a service end with its stage', async () => {
    const key = { ...LOG, service: 'db', fence: 1 };
    const events = eventsOf(await site.open(`${path}?service=db`));
    await next(events, 'outline');
    await archive.append({ key, offset: 0, bytes: Buffer.from('up\n') });
    site.live.published({ key });
    expect(linesIn(await next(events, 'lines')).lines).toEqual([{ text: 'up' }]);
    site.end(1, 's');
    expect((await next(events, 'end')).data).toBe('success');
  });
});
