import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';

import { logArchive } from '../../src/composition/log-archive.js';
import { launchChromium } from '../contract/support/chromium.js';
import { type Site, startSite } from '../web/harness.js';
import { passed, running, runView } from '../web/runs.js';
import { type Sample, summaryOf } from './measure.js';
import type { Row } from './report.js';

const LINES = 1_000_000;
const PAGE = '/runs/1/stages/test';
const LIVE = '/runs/2/stages/test';
/** In a few thousand lines. */
const WANTED = 'Needle 42';
const LINES_A_SECOND = 20_000;
const TICK_MS = 50;
const LIVE_SECONDS = 5;
const TURNS = 7;

const LOGS = { days: 1, bytes: 1e9, s3: undefined };
const silent = pino({ level: 'silent' });

/** The page of a stage in a browser, with a large log that is finished and one that grows fast. */
export async function logPageRows(): Promise<readonly Row[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cyclone-bench-'));
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined),
  };
  const archive = logArchive(path.join(directory, 'logs'), LOGS, silent);
  const site = await startSite({ clock, archive });
  const browser = await launchChromium();
  try {
    const file = path.join(directory, 'log.txt');
    writeFileSync(file, await printLarge(site));
    return [...(await finishedRows(browser, site, file)), await liveRow(browser, site)];
  } finally {
    await browser.close();
    await site.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function printLarge(site: Site): Promise<string> {
  site.runs.put(runView({ id: 1, stages: { test: passed } }));
  const pieces: string[] = [];
  for (let from = 0; from < LINES; from += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, index) => lineOf(from + index + 1));
    pieces.push(lines.join(''));
    await site.print(1, 'test', lines.join(''));
  }
  await site.archive.close(1, 'test');
  return pieces.join('');
}

function lineOf(number: number): string {
  const what = number % 311 === 0 ? WANTED : `case ${(number * 7919) % 100_003}`;
  return `[${number}] compiled module ${number % 4096} of the program, ${what}, ok in ${number % 97} ms\n`;
}

async function finishedRows(browser: Browser, site: Site, file: string): Promise<readonly Row[]> {
  const first: number[] = [];
  const raw: number[] = [];
  const jumps: number[] = [];
  const frames: number[] = [];
  const searches: number[] = [];
  const greps: number[] = [];
  // In turns: a machine that gets busy gets busy for both.
  for (let turn = 0; turn < TURNS; turn += 1) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    first.push(await untilLine(page, `${site.url}${PAGE}#L500000`, 500_000));
    frames.push(await inPage(page, 'new Promise((done) => requestAnimationFrame(() => setTimeout(done)))'));
    const line = 1 + ((turn * 137_911) % LINES);
    jumps.push(await inPage(page, `(location.hash = '#L${line}', ${shownLine(line)})`));
    searches.push(await search(page));
    await page.close();
    greps.push(timedGrep(file));
    const other = await browser.newPage();
    const from = performance.now();
    await other.goto(`${site.url}${PAGE}/log`, { waitUntil: 'commit' });
    await other.evaluate(whenFrame('(document.body?.textContent.length ?? 0) > 0'));
    raw.push(performance.now() - from);
    await other.close();
  }
  const reference = (name: string, times: readonly number[]) => ({ name, sample: summaryOf(times) });
  const log = `log of ${LINES.toLocaleString('en')} lines`;
  return [
    {
      name: `${log}: opened at a line`,
      ours: summaryOf(first),
      reference: reference('first text of the raw log, same browser', raw),
      goal: { of: 'max', atMost: 1000 },
    },
    {
      name: `${log}: jump`,
      ours: summaryOf(jumps),
      reference: reference('one frame', frames),
      goal: { of: 'max', atMost: 300 },
    },
    {
      name: `${log}: search, all counted`,
      ours: summaryOf(searches),
      reference: reference('grep -c -i -F of the file', greps),
      goal: { of: 'p50', atMost: 300 },
    },
  ];
}

function shownLine(line: number): string {
  return whenFrame(`(document.querySelector('[data-line="${line}"] .log-text')?.textContent ?? '') !== ''`);
}

/** A promise, as an expression, that is kept in the frame in which the condition holds. */
function whenFrame(condition: string): string {
  return `new Promise((done) => {
    const look = () => (${condition} ? done() : requestAnimationFrame(look));
    look();
  })`;
}

/** Milliseconds until the script's promise is kept, without the way to the browser and back. */
async function inPage(page: Page, script: string): Promise<number> {
  return page.evaluate<number>(
    `(async () => { const from = performance.now(); await ${script}; return performance.now() - from; })()`,
  );
}

async function untilLine(page: Page, address: string, line: number): Promise<number> {
  const from = performance.now();
  await page.goto(address, { waitUntil: 'commit' });
  await page.evaluate(shownLine(line));
  return performance.now() - from;
}

/** From the last letter to the count of all lines. */
async function search(page: Page): Promise<number> {
  await page.keyboard.press('/');
  const count = Math.floor(LINES / 311).toLocaleString('en');
  return inPage(
    page,
    `new Promise((done) => {
      const field = document.querySelector('input[type="search"]');
      field.value = ${JSON.stringify(WANTED.toLowerCase())};
      field.dispatchEvent(new Event('input', { bubbles: true }));
      const look = () =>
        document.body.innerText.includes('${count}') ? done() : requestAnimationFrame(look);
      look();
    })`,
  );
}

/** @throws Error when grep counted something else: then another thing was measured */
function timedGrep(file: string): number {
  const from = performance.now();
  const { stdout } = spawnSync('grep', ['-c', '-i', '-F', WANTED, file], { encoding: 'utf8' });
  const took = performance.now() - from;
  if (Number(stdout) !== Math.floor(LINES / 311)) throw new Error(`grep counted ${stdout}`);
  return took;
}

/** From the moment that a line is printed to the frame that shows it, of each frame's newest line. */
async function liveRow(browser: Browser, site: Site): Promise<Row> {
  const viewer = await tail(browser, site, `${site.url}${LIVE}`, `document.querySelectorAll('.log-text')`, 2);
  const plain = await tail(browser, site, `${site.url}/healthz`, undefined, 3);
  return {
    name: `${LINES_A_SECOND.toLocaleString('en')} lines/s: print to paint`,
    ours: viewer,
    reference: { name: 'same events, appended to a <pre>', sample: plain },
    goal: { of: 'p95', atMost: 300 },
  };
}

/** @param rows an expression for what holds lines; undefined: the events are appended to a plain element */
async function tail(
  browser: Browser,
  site: Site,
  address: string,
  rows: string | undefined,
  run: number,
): Promise<Sample> {
  site.runs.put(runView({ id: run, stages: { test: running } }));
  await site.print(run, 'test', 'begun\n');
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(address);
  if (rows === undefined)
    await page.evaluate(`(${appendPlain})('/runs/${run}/stages/test/log/events?from=1')`);
  await sleep(1000);
  await page.evaluate(`(${watchFrames})(() => ${rows ?? 'document.querySelectorAll("pre")'})`);
  const end = Date.now() + LIVE_SECONDS * 1000;
  const each = (LINES_A_SECOND * TICK_MS) / 1000;
  for (let tick = Date.now(); tick < end; tick += TICK_MS) {
    const text = Array.from(
      { length: each },
      (_, index) => `at=${Date.now()} case ${index} compiled, all is well\n`,
    );
    await site.print(run, 'test', text.join(''));
    await sleep(Math.max(0, tick + TICK_MS - Date.now()));
  }
  const late = await page.evaluate<number[]>('window.late');
  site.end(run, 'test');
  await page.close();
  return summaryOf(late);
}

const appendPlain = `(address) => {
  const pre = document.body.appendChild(document.createElement('pre'));
  new EventSource(address).addEventListener('lines', (event) => {
    pre.append(JSON.parse(event.data).lines.map(({ text }) => text + '\\n').join(''));
    scrollTo(0, document.body.scrollHeight);
  });
}`;

/** How late the newest line is, in the frame after the one in which it came into the page: then it is painted. */
const watchFrames = `(holders) => {
  window.late = [];
  let newest = 0;
  const look = () => {
    const text = [...holders()].map((one) => one.lastChild?.textContent.slice(-4000) ?? '').join(' ');
    const seen = Math.max(0, ...[...text.matchAll(/at=(\\d+)/g)].map((one) => Number(one[1])));
    if (seen > newest) {
      newest = seen;
      requestAnimationFrame(() => window.late.push(Date.now() - seen));
    }
    requestAnimationFrame(look);
  };
  look();
}`;
