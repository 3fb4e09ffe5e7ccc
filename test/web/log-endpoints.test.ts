import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { LogArchive } from '../../src/logs/ports.js';
import type { SearchJson } from '../../src/web/log-protocol.js';
import { memoryArchive } from '../logs/memory-archive.js';
import { LOG, type Marks, print } from '../logs/printed-log.js';
import { type Site, startSite } from './harness.js';
import { ended, NOON, passed, running, runView } from './runs.js';

let site: Site;
let archive: LogArchive;
beforeEach(async () => {
  archive = memoryArchive();
  site = await startSite({
    archive,
    causes: { of: async () => ({ line: 3, lines: 1, kind: 'exit', text: 'boom' }) },
  });
  site.runs.put(runView({ stages: { s: running } }));
});
afterEach(() => site.stop());

const at = '/runs/1/stages/s/log';
const failed = ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } });

async function json(path: string): Promise<unknown> {
  const { status, body } = await site.ask(path);
  expect(status).toBe(200);
  return JSON.parse(body) as unknown;
}

/** Two commands and the end, a second each. */
async function printCommands(): Promise<void> {
  const mark = (second: number, kind: 'command' | 'end', number: number, more = {}): Marks => ({
    stamps: [{ offset: 0, at: NOON + second * 1000, stream: kind === 'end' ? 'cyclone' : 'stdout' }],
    marks: [{ offset: 0, at: NOON + second * 1000, kind, number, ...more }],
  });
  await print(archive, 'Ready\n', { stamps: [{ offset: 0, at: NOON, stream: 'cyclone' }] });
  await print(archive, '\x1b[1m$ make\x1b[0m\nboom\n', mark(1, 'command', 1));
  await print(archive, '$ make test\r\nno\n', mark(2, 'command', 2));
}

describe('lines of a log', () => {
  test('come with their numbers, times and who said them', async () => {
    await printCommands();
    expect(await json(`${at}/lines?from=1&count=2`)).toEqual({
      from: 1,
      lines: [
        { text: 'Ready', at: NOON, by: 'cyclone' },
        { text: '\x1b[1m$ make\x1b[0m', at: NOON + 1000 },
      ],
      total: 5,
    });
    expect(await json(`${at}/lines?from=6`)).toEqual({ from: 6, lines: [], total: 5 });
  });

  test.each([
    ['', 1, 500],
    ['?from=0', 1, 500],
    ['?from=x&count=-1', 1, 500],
    ['?count=99999', 1, 2000],
    ['?from=2400&count=2000', 2400, 101],
    ['?count=0', 1, 0],
  ])('%s', async (query, from, count) => {
    await print(archive, 'x\n'.repeat(2500));
    const answer = (await json(`${at}/lines${query}`)) as { from: number; lines: readonly unknown[] };
    expect([answer.from, answer.lines.length]).toEqual([from, count]);
  });

  test('of a service are its own', async () => {
    const key = { ...LOG, service: 'db', fence: 1 };
    await archive.append({ key, offset: 0, bytes: Buffer.from('ready to accept connections\n') });
    expect(await json(`${at}/lines?service=db`)).toMatchObject({
      lines: [{ text: 'ready to accept connections' }],
    });
    expect(await json(`${at}/lines`)).toMatchObject({ lines: [] });
    expect(await json(`${at}/outline`)).toMatchObject({ services: ['db'] });
    site.end(1, 's');
    expect((await site.ask(`${at}?service=db`)).body).toBe('ready to accept connections\n');
    expect((await site.ask(at)).body).toBe('');
  });
});

describe('outline of a log', () => {
  test('while it is written', async () => {
    await printCommands();
    const first = { line: 2, until: 3, title: 'make', state: 'passed', ms: 1000 };
    expect(await json(`${at}/outline`)).toEqual({
      bytes: 42,
      lines: 5,
      complete: false,
      sections: [
        { kind: 'before', number: 0, line: 1, until: 1, title: '', state: 'passed', ms: 1000 },
        { kind: 'command', number: 1, ...first },
        { kind: 'command', number: 2, line: 4, until: 5, title: 'make test', state: 'running' },
      ],
      services: [],
      cause: null,
    });
  });

  test.each([
    ['its end says that the last command failed', 2, failed, ['passed', 'passed', 'failed', 'passed']],
    ['what failed came after the commands', 0, failed, ['passed', 'passed', 'passed', 'passed']],
    ['nobody knows, and the stage failed', undefined, failed, ['passed', 'passed', 'failed', 'passed']],
    ['nobody knows, and it passed', undefined, passed, ['passed', 'passed', 'passed', 'passed']],
  ])('when it is over: %s', async (_name, exitCode, state, states) => {
    await printCommands();
    const end = { offset: 0, at: NOON + 5000, kind: 'end', number: 1 } as const;
    await print(archive, '— over\n', { marks: [exitCode === undefined ? end : { ...end, exitCode }] });
    site.end(1, 's', state);
    const { sections, cause, complete } = (await json(`${at}/outline`)) as {
      sections: { state: string; ms?: number }[];
      cause: unknown;
      complete: boolean;
    };
    expect(complete).toBe(true);
    expect(sections.map(({ state }) => state)).toEqual(states);
    expect(sections.map(({ ms }) => ms)).toEqual([1000, 1000, 3000, undefined]);
    expect(cause).toEqual({ line: 3, lines: 1, kind: 'exit', text: 'boom' });
  });

  test('what another try follows has failed', async () => {
    await printCommands();
    await print(archive, '— try 2\n', { marks: [{ offset: 0, at: NOON, kind: 'try', number: 2 }] });
    await print(archive, '$ make\n', { marks: [{ offset: 0, at: NOON, kind: 'command', number: 1 }] });
    const { sections } = (await json(`${at}/outline`)) as { sections: { state: string }[] };
    expect(sections.map(({ state }) => state)).toEqual(['passed', 'passed', 'failed', 'passed', 'running']);
  });
});

describe('search', () => {
  test('answers line by line, the last one with the whole', async () => {
    await print(archive, 'one\nError\nthree\nERROR\n');
    const { headers, body } = await site.ask(`${at}/search?q=error`);
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const answers = body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as SearchJson);
    expect(answers.flatMap(({ lines }) => lines)).toEqual([2, 4]);
    expect(answers.at(-1)).toMatchObject({ count: 2, scanned: 4, done: true });
    expect((await site.ask(`${at}/search?q=ERROR&case=1`)).body).toContain('"lines":[4]');
  });

  test('of nothing is over at once', async () => {
    const nothing = '{"lines":[],"count":0,"scanned":0,"done":true}\n';
    expect((await site.ask(`${at}/search?q=`)).body).toBe(nothing);
    expect((await site.ask(`${at}/search`)).body).toBe(nothing);
    expect((await site.ask(`${at}/search?q=x`)).body).toBe(nothing);
  });

  test('takes no more than anybody types', async () => {
    expect((await site.ask(`${at}/search?q=${'x'.repeat(200)}`)).status).toBe(200);
    expect((await site.ask(`${at}/search?q=${'x'.repeat(201)}`)).status).toBe(400);
  });
});

test('errors are where it looks like trouble', async () => {
  await print(archive, 'one\nerror: two\nthree\nnpm ERR! four\n');
  expect(await json(`${at}/errors`)).toEqual({ lines: [2, 4], count: 2 });
});

describe('a log', () => {
  const parts = ['', '/stream', '/lines', '/outline', '/search?q=x', '/errors', '/events'];

  test.each(parts)('that was removed is gone, with words: %s', async (part) => {
    const removed = async (log: Parameters<LogArchive['index']>[0]) => ({
      ...(await memoryArchive().index(log)),
      removed: true,
    });
    Object.assign(archive, { index: removed });
    const { status, body } = await site.ask(at + part);
    expect([status, body]).toEqual([410, expect.stringContaining('not kept any more')]);
  });

  test.each(parts)('of a private run is not there for others: %s', async (part) => {
    site.runs.put(runView({ private: true, stages: { s: passed } }));
    expect((await site.ask(at + part)).status).toBe(404);
  });

  test.each(parts)('answers HEAD without a body: %s', async (part) => {
    await print(archive, 'x\n');
    const { status, body } = await site.ask(at + part, { method: 'HEAD' });
    expect([status, body]).toEqual([200, '']);
  });

  test('no name of a service adds a header or leaves the folder of logs', async () => {
    site.runs.put(runView({ stages: { lint: passed } }));
    const names = ['x"\r\nSet-Cookie: a=1', '../../../../etc/passwd', '\u0000', 'a'.repeat(4000)];
    for (const name of names) {
      const path = `/runs/1/stages/lint/log?download=1&service=${encodeURIComponent(name)}`;
      const { status, headers, body } = await site.ask(path);
      expect([status, body, headers['set-cookie']]).toEqual([200, '', undefined]);
      expect(headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]{1,204}"$/);
    }
  });

  test('can be downloaded under a plain name', async () => {
    site.runs.put(runView({ stages: { 'lint (node=20)/ä': passed } }));
    const path = `/runs/1/stages/${encodeURIComponent('lint (node=20)/ä')}/log`;
    const { headers } = await site.ask(`${path}?download=1&service=db`);
    expect(headers['content-disposition']).toBe('attachment; filename="run-1-lint_node_20_-db.log"');
    expect((await site.ask(path)).headers['content-disposition']).toBeUndefined();
  });
});
