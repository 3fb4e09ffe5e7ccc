import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createLinks } from '../../src/web/links.js';
import { SIGNING_KEY, type Site, startSite } from '../web/harness.js';
import { ended, NOON, passed, queued, running, runView } from '../web/runs.js';
import { serveModules } from './support/browser-modules.js';
import { hearComplaints, launchChromium } from './support/chromium.js';

jest.setTimeout(30_000);

let browser: Browser;
let pictures: string;
let site: Site;
let context: BrowserContext;
/** What the browser complained about. */
let complaints: string[];

beforeAll(async () => {
  pictures = await mkdtemp(join(tmpdir(), 'pages-'));
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser.close());

beforeEach(async () => {
  site = await startSite({ publicUrl: 'http://ci.example' });
  complaints = [];
});
afterEach(async () => {
  await context.close();
  await site.stop();
});

async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  await serveModules(context);
  const page = await context.newPage();
  hearComplaints(page, (complaint) => complaints.push(complaint));
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(site.url + path);
  return page;
}

const failed = ended(
  {
    kind: 'failed',
    failure: {
      code: 'exit',
      message: '',
      exitCode: 1,
      command: { index: 3, total: 5, text: 'go test ./...' },
    },
  },
  {
    image: 'golang:1.22',
    exitCode: 1,
    services: ['postgres'],
    spans: { pull: 1400, arm: 300, run: 38_300 },
    worker: 'w1',
    imageDigest: `sha256:${'6a1f'.repeat(16)}`,
    notes: ['postgres ended before the stage did'],
  },
);

function story(): void {
  site.runs.put(
    runView({
      private: true,
      trigger: {
        title: 'Let people sign in with a_very_long_name_that_does_not_break_anywhere_at_all_really',
      },
      stages: {
        pre_build: passed,
        build: passed,
        'integration (node=20, os=a-rather-long-operating-system-name)': failed,
        lint: running,
        publish: queued,
        deploy: ended({
          kind: 'skipped',
          reason: { kind: 'event', message: 'deploy runs on tags; this is a push to main' },
        }),
      },
      issues: [
        {
          code: 'unknown-key',
          severity: 'warning',
          message: 'unknown key "postbuild"',
          hint: 'Did you mean post_build?',
          line: 14,
          column: 1,
        },
      ],
    }),
  );
}

async function isAsWideAsTheScreen(page: Page): Promise<boolean> {
  const width = await page.evaluate('document.documentElement.scrollWidth');
  return Number(width) <= (page.viewportSize()?.width ?? 0);
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
const links = createLinks('http://ci.example', SIGNING_KEY);

describe('pages in a browser', () => {
  test.each(['light', 'dark'] as const)('fit a phone (%s)', async (colorScheme) => {
    story();
    const long = `${'x'.repeat(500)}\n\tat ${'deep/'.repeat(60)}\n`;
    const stage = 'integration (node=20, os=a-rather-long-operating-system-name)';
    await site.print(1, stage, long);
    site.runs.put(
      runView({
        id: 2,
        run: {
          status: 'completed',
          conclusion: 'success',
          reason: '',
          startedAt: NOON - 9000,
          completedAt: NOON,
        },
      }),
    );
    const paths = {
      home: '/',
      run: pathOf(links.run(1, true)),
      stage: pathOf(links.stage(1, stage, true)),
      problem: '/x',
    };
    for (const [name, path] of Object.entries(paths)) {
      const page = await open(path, { viewport: { width: 360, height: 740 }, colorScheme });
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
      expect([name, await isAsWideAsTheScreen(page)]).toEqual([name, true]);
      await context.close();
    }
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test('work without scripts and by keyboard', async () => {
    story();
    await site.print(1, 'lint', 'one\n');
    const page = await open(pathOf(links.run(1, true)), { javaScriptEnabled: false });
    const focused = page.locator('a:focus', { hasText: /^lint$/ });
    for (let presses = 0; presses < 20 && (await focused.count()) === 0; presses += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/stages\/lint/);
    expect(await page.locator('pre.log').textContent()).toBe('one\n');
    await page.getByRole('link', { name: 'Whole log' }).click();
    await page.waitForURL(/\/log\?/, { waitUntil: 'commit' });
  });
});
