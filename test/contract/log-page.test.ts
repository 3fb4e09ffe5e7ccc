import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';

import type { LogMark, LogStamp } from '../../src/logs/ports.js';
import type { CauseJson } from '../../src/web/log-protocol.js';
import { type Site, startSite } from '../web/harness.js';
import { ended, NOON, passed, queued, running, runView } from '../web/runs.js';
import { type LogBrowser, openBrowser, seriousFindings } from './support/log-browser.js';

jest.setTimeout(60_000);

const PATH = '/runs/1/stages/test';
const failed = ended({
  kind: 'failed',
  failure: {
    code: 'exit',
    message: '',
    exitCode: 1,
    command: { index: 2, total: 2, text: 'go test ./...' },
  },
});

let browser: LogBrowser;
let site: Site;
let cause: CauseJson | undefined;

beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
afterAll(() => browser.close());

beforeEach(async () => {
  cause = undefined;
  site = await startSite({
    publicUrl: 'http://ci.example',
    clock: {
      now: () => NOON,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    },
    causes: { of: async () => cause },
  });
});
afterEach(async () => {
  // Before the server: it would be missed.
  await browser.leave();
  await site.stop();
});

const open = (path = PATH, options: Parameters<LogBrowser['open']>[1] = {}): Promise<Page> =>
  browser.open(site.url + path, options);

/** Lines that are seen, as `number text`. */
async function seen(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`(() => {
    const scroller = document.querySelector('.log-scroller');
    if (scroller === null) return [];
    const { top, bottom } = scroller.getBoundingClientRect();
    return [...document.querySelectorAll('.log-row')]
      .filter((row) => row.getBoundingClientRect().bottom > top + 1 && row.getBoundingClientRect().top < bottom - 16)
      .map((row) => row.dataset.line + ' ' + row.querySelector('.log-text').textContent);
  })()`);
}

/** Until what is seen is so. */
async function until(page: Page, isSo: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const lines = await seen(page);
    if (isSo(lines)) return lines;
    await sleep(25);
  }
  throw new Error(`it stayed ${JSON.stringify(await seen(page), undefined, 1)}`);
}

const has = (line: string) => (lines: readonly string[]) => lines.includes(line);

/** Waits for a frame, and the one after it. */
async function painted(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

interface Printed {
  readonly marks?: readonly LogMark[];
  readonly stamps?: readonly LogStamp[];
  readonly service?: string;
}

/** In pieces, as a worker sends it. */
async function print(text: string, { marks = [], stamps = [], service }: Printed = {}): Promise<void> {
  const bytes = Buffer.from(text);
  const size = 512 * 1024;
  for (let offset = 0; offset < bytes.length; offset += size) {
    const piece = bytes.subarray(offset, offset + size);
    const inside = <T extends { readonly offset: number }>(all: readonly T[]): T[] =>
      all
        .filter((one) => one.offset >= offset && one.offset < offset + size)
        .map((one) => ({ ...one, offset: one.offset - offset }));
    const begun = stamps.findLast((one) => one.offset <= offset);
    await site.archive.append({
      key: { run: 1, stage: 'test', fence: 1, ...(service === undefined ? {} : { service }) },
      offset,
      bytes: piece,
      marks: inside(marks),
      stamps: begun ? [{ ...begun, offset: 0 }, ...inside(stamps).filter((one) => one.offset > 0)] : [],
    });
  }
}

const mark = (offset: number, at: number, number: number, exitCode?: number): LogMark => ({
  offset,
  at,
  kind: exitCode === undefined ? 'command' : 'end',
  number,
  ...(exitCode === undefined ? {} : { exitCode }),
});

const MILLION = 1_000_000;

/** Two commands, of which the second failed at line 700,001: a million lines. */
async function printMillion(): Promise<void> {
  const first = `$ npm ci\n${Array.from({ length: 499 }, (_, index) => `added ${index + 2}\n`).join('')}`;
  const lines = ['$ go test ./...\n'];
  for (let line = 502; line < MILLION; line += 1) {
    lines.push(line % 100_000 === 1 ? `error: needle at ${line}\n` : `line ${line} is one of many\n`);
  }
  const second = lines.join('');
  await print(`${first}${second}exited with 1\n`, {
    marks: [
      mark(0, NOON - 40_000, 1),
      mark(first.length, NOON - 36_000, 2),
      mark(first.length + second.length, NOON - 8_000, 2, 1),
    ],
    stamps: [
      { offset: 0, at: NOON - 48_000, stream: 'stdout' },
      { offset: first.length, at: NOON - 36_000, stream: 'stdout' },
    ],
  });
  cause = { line: 700_001, lines: 1, kind: 'error', text: 'error: needle at 700001' };
  site.runs.put(runView({ stages: { test: failed } }));
}

describe('a log of a million lines', () => {
  test('opens at its cause, and is walked through by key, address, search and map', async () => {
    await printMillion();
    const page = await open();
    await until(page, has('700001 error: needle at 700001'));
    expect(await page.locator('.log-row').count()).toBeLessThan(200);
    expect(await page.locator('[role=table]').getAttribute('aria-rowcount')).toBe(String(MILLION - 499));
    expect(await page.locator('.log-row.cause').getAttribute('aria-rowindex')).toBe('700001');

    await page.keyboard.press('g');
    const top = await until(page, has('502 line 502 is one of many'));
    expect(top.slice(0, 2)).toEqual(['1 ▸$ npm ci', '501 ▾$ go test ./...']);
    await page.keyboard.press('Shift+G');
    expect((await until(page, has('1000000 exited with 1'))).at(-1)).toMatch(/^1000000 /);

    await page.evaluate("location.hash = '#L300-L302'");
    await until(page, has('302 added 302'));
    expect(await page.locator('.log-row.selected').count()).toBe(3);

    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await page.getByText('1 of 9 lines').waitFor();
    await until(page, has('100001 error: needle at 100001'));
    expect(await page.locator('.log-row.current mark').textContent()).toBe('needle');
    await page.keyboard.press('Enter');
    await page.getByText('2 of 9 lines').waitFor();
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await page.getByText('9 of 9 lines').waitFor();
    await until(page, (lines) => lines.includes('900001 error: needle at 900001'));

    const map = await page.locator('.log-map').boundingBox();
    await page.mouse.click((map?.x ?? 0) + 4, (map?.y ?? 0) + (map?.height ?? 0) / 2);
    await until(page, (lines) => Math.abs(Number.parseInt(lines[0] ?? '', 10) - 500_000) < 2_500);
    expect(browser.complaints()).toEqual([]);
  });

  test('scrolls by wheel and by its bar, to both ends', async () => {
    await printMillion();
    const page = await open(`${PATH}#L600000`);
    const first = async (): Promise<number> => Number.parseInt((await seen(page))[0] ?? '', 10);
    await until(page, has('600000 line 600000 is one of many'));
    const from = await first();
    await page.mouse.move(400, 600);
    await page.mouse.wheel(0, 400);
    await until(page, (lines) => Number.parseInt(lines[0] ?? '', 10) === from + 20);
    // The bar is put right when nothing moves, and nothing that is seen moves with it.
    await sleep(300);
    expect(await first()).toBe(from + 20);
    const scroll = (to: string): Promise<unknown> =>
      page.evaluate(
        `(() => { const log = document.querySelector('.log-scroller'); log.scrollTop = ${to}; })()`,
      );
    await scroll('log.scrollHeight');
    await until(page, has('1000000 exited with 1'));
    await scroll('0');
    await until(page, (lines) => lines[0] === '1 ▸$ npm ci');
    await scroll('log.scrollHeight / 2');
    await until(page, (lines) => Math.abs(Number.parseInt(lines[0] ?? '', 10) - 500_000) < 2_500);
    expect(browser.complaints()).toEqual([]);
  });

  test('folds what passed, and gets nothing of it until it is opened', async () => {
    await printMillion();
    const page = await open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).search));
    await until(page, has('700001 error: needle at 700001'));
    await page.keyboard.press('g');
    await until(page, has('502 line 502 is one of many'));
    expect(asked.some((search) => search.includes('from=1&'))).toBe(false);
    await page.getByRole('button', { name: 'npm ci' }).press('Enter');
    await until(page, has('3 added 3'));
    expect(await page.evaluate('document.activeElement.getAttribute("aria-expanded")')).toBe('true');
    await page.keyboard.press('o');
    const folded = await until(page, (lines) => lines.length === 3);
    expect(folded).toEqual(['1 ▸$ npm ci', '501 ▸$ go test ./...', '1000000 exited with 1']);
    expect(await page.locator('.log-lasted').allTextContents()).toEqual([
      '499 lines · 4 s ✓',
      '999,498 lines · 28 s ✗',
      '',
    ]);
  });
});

test('a heading without lines stands in its row like others', async () => {
  await print('$ mkdir out\n$ ls\na\nb\n', { marks: [mark(0, NOON, 1), mark(12, NOON, 2)] });
  site.runs.put(runView({ stages: { test: failed } }));
  const page = await open();
  await until(page, has('1 $ mkdir out'));
  const below = await page.evaluate<
    number[]
  >(`[...document.querySelectorAll('.log-row.heading')].map((row) => {
    const range = document.createRange();
    range.selectNodeContents(row.querySelector('.log-text').lastChild);
    return Math.round(range.getBoundingClientRect().bottom - row.getBoundingClientRect().bottom);
  })`);
  expect(below).toHaveLength(2);
  expect(Math.max(...below)).toBeLessThanOrEqual(0);
});

describe('what strangers printed', () => {
  const nasty = '"><b id="markup">x</b><img src=x onerror=alert(1)><script>alert(2)</script>';

  test('stays text: markup, links, colours, overwriting, turned text, a line of a megabyte', async () => {
    await print(
      [
        nasty,
        '\x1b]8;;javascript:alert(3)\x1b\\evil\x1b]8;;\x1b\\ \x1b]8;;https://example.com/a\x07good\x1b]8;;\x07',
        '\x1b]8;;https://example.com/never-closed\x07to the end',
        '\x1b[31;1mred and never reset',
        'plain',
        'rm -rf /\rall is well',
        ' 10%\r 20%\r 30%\r 40%\r100%',
        'access\u202e nimda',
        `\x1b[38;2;255;255;255m\x1b[8mhidden\x1b[0m`,
        'y'.repeat(1024 * 1024),
        'last',
      ].join('\n'),
    );
    site.runs.put(runView({ stages: { test: passed } }));
    const page = await open();
    const lines = await until(page, (all) => all.at(-1) === '11 last');
    expect(lines[0]).toBe(`1 ${nasty}`);
    expect(lines.slice(1, 9)).toEqual([
      '2 evil good',
      '3 to the end',
      '4 red and never reset',
      '5 plain',
      '6 rm -rf /↵all is well',
      '7 4 overwritten100%',
      '8 access<U+202E> nimda',
      '9 hidden',
    ]);
    expect(lines[9]).toMatch(/^10 y{1000,} … [\d,]+ bytes more: Raw has them$/);
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.log-text a')].map((a) => [a.href, a.title, a.rel, a.target].join(' '))",
    );
    expect(links).toEqual([
      'https://example.com/a https://example.com/a noopener noreferrer nofollow _blank',
      'https://example.com/never-closed https://example.com/never-closed noopener noreferrer nofollow _blank',
    ]);
    expect(await page.locator('#markup, .log-text img, .log-text script').count()).toBe(0);
    const coloured = page.locator('[data-line="5"] .log-text');
    expect(await coloured.locator('span').count()).toBe(0);
    await page.getByRole('button', { name: '4 overwritten' }).click();
    await until(page, has('7  10%↵ 20%↵ 30%↵ 40%↵100%'));
    expect(browser.complaints()).toEqual([]);
  });
});

test('a line of a hundred thousand colours, one in another, is no more than a page can bear', async () => {
  const colours = Array.from({ length: 100_000 }, (_, at) => `\x1b[${30 + (at % 8)};4${at % 8};1m${at % 10}`);
  await print(`${colours.join('')}\n${'\x1b[1m'.repeat(100_000)}\nlast`);
  site.runs.put(runView({ stages: { test: passed } }));
  const page = await open();
  await until(page, (all) => all.at(-1) === '3 last');
  const spans = await page.locator('[data-line="1"] .log-text span').count();
  expect(spans).toBeGreaterThan(1000);
  expect(spans).toBeLessThanOrEqual(2001);
  expect(await page.locator('[data-line="2"] .log-text span').count()).toBeLessThanOrEqual(1);
  expect(browser.complaints()).toEqual([]);
});

describe('a log that grows', () => {
  test('is followed while one is at its end, survives a lost connection and completes the page', async () => {
    site.runs.put(runView({ stages: { test: running } }));
    await site.print(1, 'test', Array.from({ length: 300 }, (_, index) => `line ${index + 1}\n`).join(''));
    const page = await open();
    await page.getByText('live', { exact: true }).waitFor();
    await until(page, has('300 line 300'));
    await site.print(1, 'test', '<b id="markup">one</b> \x1b[31mred\x1b[0m\ntw');
    await until(page, has('302 tw'));
    await site.print(1, 'test', 'o\n');
    await until(page, has('302 two'));

    await page.mouse.move(400, 600);
    await page.mouse.wheel(0, -1_000);
    await page.getByRole('button', { name: 'Follow' }).waitFor();
    const before = await seen(page);
    await site.print(1, 'test', 'three\nfour\n');
    await page.locator('[aria-rowcount="304"]').waitFor();
    expect(await seen(page)).toEqual(before);
    await page.getByRole('button', { name: 'Follow' }).click();
    await until(page, has('304 four'));

    site.closeStreams();
    await page.getByText('connecting again').waitFor();
    await site.print(1, 'test', 'five\n');
    await page.getByText('live', { exact: true }).waitFor();
    await until(page, has('305 five'));
    expect(await page.locator('#markup').count()).toBe(0);

    cause = { line: 301, lines: 1, kind: 'error', text: 'one red' };
    site.end(1, 'test', failed);
    await page.getByText('command 2 of 2: go test ./... exited 1').waitFor();
    await page.getByRole('link', { name: 'line 301', exact: true }).click();
    await page.locator('.log-row.cause.selected').waitFor();
    expect(await page.getByText('live', { exact: true }).count()).toBe(0);
    expect(browser.complaints().filter((text) => !text.includes('ERR_INCOMPLETE_CHUNKED_ENCODING'))).toEqual(
      [],
    );
  });

  test('is there before the stage began, and the page sees it begin and time pass', async () => {
    site.runs.put(runView({ stages: { test: queued } }));
    const page = await open();
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('.outcome', { hasText: 'queued' }).waitFor();
    site.runs.put(runView({ stages: { test: running } }));
    await site.print(1, 'test', 'one\n');
    await until(page, has('1 one'));
    await page.locator('.outcome', { hasText: 'running' }).waitFor();
    await page.locator('.stage-facts', { hasText: /(?:49|5\d) s/ }).waitFor();
    expect(browser.complaints()).toEqual([]);
  });
});

describe('lines', () => {
  beforeEach(async () => {
    await print(
      Array.from({ length: 50 }, (_, index) => `\x1b[3${index % 8}mline ${index + 1}\x1b[0m is here\n`).join(
        '',
      ),
      {
        stamps: [
          { offset: 0, at: NOON - 48_000, stream: 'stdout' },
          { offset: 100, at: NOON - 46_500, stream: 'stderr' },
        ],
      },
    );
    await print('ready for connections\n', { service: 'db' });
    site.runs.put(runView({ stages: { test: passed } }));
  });

  test('are selected by their numbers, linked and copied', async () => {
    const page = await open(PATH, { permissions: ['clipboard-read', 'clipboard-write'] });
    await until(page, has('3 line 3 is here'));
    await page.getByRole('link', { name: 'Line 3', exact: true }).click();
    expect(new URL(page.url()).hash).toBe('#L3');
    await page.getByRole('link', { name: 'Line 5', exact: true }).click({ modifiers: ['Shift'] });
    expect(new URL(page.url()).hash).toBe('#L3-L5');
    const copied = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
    await page.getByRole('button', { name: 'Copy lines' }).click();
    await page.getByText('L3-L5 copied', { exact: true }).waitFor();
    expect(await copied()).toBe('line 3 is here\nline 4 is here\nline 5 is here\n');
    await page.keyboard.press('y');
    await page.getByText('Link to L3-L5 copied').waitFor();
    expect(await copied()).toBe(`${site.url}${PATH}#L3-L5`);
    await page.keyboard.press('Escape');
    // It is painted with the next frame.
    await page.waitForSelector('.log-row.selected', { state: 'detached' });
    expect(new URL(page.url()).hash).toBe('');

    await page.evaluate(`getSelection().setBaseAndExtent(
      document.querySelector('[data-line="1"] .log-text').firstChild, 0,
      document.querySelector('[data-line="2"] .log-text').lastChild, 3)`);
    await page.keyboard.press('Control+C');
    expect(await copied()).toBe('line 1 is here\nline 2 is');
    expect(browser.complaints()).toEqual([]);
  });

  test('have times, wrap, and say which keys do so', async () => {
    const page = await open();
    await until(page, has('1 line 1 is here'));
    await page.keyboard.press('t');
    await page.locator('[data-line="9"] .log-time', { hasText: '0:01.500' }).waitFor();
    await page.keyboard.press('t');
    await page.locator('[data-line="1"] .log-time', { hasText: '11:59:12.000' }).waitFor();
    await page.keyboard.press('w');
    await page.locator('.log-scroller.wrapped').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Wrap long lines').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(browser.complaints()).toEqual([]);
  });

  test('of services stand beside those of the stage', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'db' }).click();
    await until(page, has('1 ready for connections'));
    await page.getByRole('link', { name: 'Line 1', exact: true }).click();
    expect(new URL(page.url()).hash).toBe('#db/L1');
    await page.reload();
    await until(page, has('1 ready for connections'));
    expect(await page.locator('.log-row.selected').count()).toBe(1);
    await page.getByRole('button', { name: 'Stage' }).click();
    await until(page, has('1 line 1 is here'));
    expect(browser.complaints()).toEqual([]);
  });

  test('without scripts are text', async () => {
    const page = await open(PATH, { javaScriptEnabled: false });
    expect((await page.locator('pre.log').innerText()).split('\n').slice(0, 2)).toEqual([
      'line 1 is here',
      'line 2 is here',
    ]);
    await page.getByRole('link', { name: 'Whole log' }).click();
    await page.waitForURL(/\/log$/);
  });
});

describe('wrapped lines', () => {
  test('are scrolled from end to end, however high they are', async () => {
    await print(
      Array.from({ length: 400 }, (_, index) => `${index + 1}: ${'wide '.repeat((index % 40) * 20)}\n`).join(
        '',
      ),
    );
    site.runs.put(runView({ stages: { test: passed } }));
    const page = await open();
    await until(page, (lines) => lines.length > 5);
    await page.keyboard.press('w');
    await page.keyboard.press('Shift+G');
    await until(page, (lines) => lines.at(-1)?.startsWith('400 ') === true);
    await page.mouse.move(400, 600);
    for (let turns = 0; turns < 20; turns += 1) await page.mouse.wheel(0, -300);
    await painted(page);
    const lines = await seen(page);
    expect(lines.length).toBeGreaterThan(0);
    await page.keyboard.press('g');
    await until(page, (all) => all[0]?.startsWith('1 ') === true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(browser.complaints()).toEqual([]);
  });
});

describe.each(['light', 'dark'] as const)('the page (%s)', (colorScheme) => {
  test.each([1100, 360])('%d pixels wide is for everybody', async (width) => {
    const colours = Array.from(
      { length: 16 },
      (_, index) => `\x1b[${index < 8 ? 30 + index : 82 + index}mcolour ${index}\x1b[0m`,
    );
    await print(
      [
        ...colours,
        '\x1b[38;5;226myellow\x1b[0m \x1b[38;2;10;10;60mdark\x1b[0m \x1b[41mred\x1b[0m \x1b[48;5;22mgreen\x1b[0m \x1b[7minverse\x1b[0m',
        'x'.repeat(500),
        'error: one',
      ].join('\n'),
      { stamps: [{ offset: 0, at: NOON - 48_000, stream: 'stderr' }] },
    );
    await print('ready\n', { service: 'db' });
    cause = { line: 19, lines: 1, kind: 'error', text: 'error: one' };
    site.runs.put(runView({ stages: { test: failed } }));
    const page = await open(PATH, { viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' });
    await until(page, has('19 error: one'));
    await page.keyboard.press('t');
    await page.keyboard.press('/');
    await page.keyboard.type('error');
    await page.getByText('1 of 1 line').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(browser.complaints()).toEqual([]);
  });
});
