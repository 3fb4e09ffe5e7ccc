import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hearComplaints, isCutByDocker, launchChromium } from '../contract/support/chromium.js';

import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();

let browser: Browser;
const complaints: string[] = [];
beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser.close());

/** The page that a check leads to. */
async function open(detailsUrl: string): Promise<Page> {
  const { pathname, search } = new URL(detailsUrl);
  const page = await browser.newPage();
  hearComplaints(page, (complaint) => {
    if (!isCutByDocker(complaint)) complaints.push(complaint);
  });
  await page.goto(world.server().url + pathname + search);
  return page;
}

const COMMANDS = [
  'seq 1 300',
  'n=0; while [ $n -lt 80 ]; do n=$((n+1)); echo "tick $n"; sleep 0.1; done',
  "printf 'main.go:7:2: \\033[31mundefined\\033[0m: answer\\n'; exit 3",
];
const PIPELINE = JSON.stringify({ pre_build: { image: 'cyclone-test/busybox:1', commands: COMMANDS } });

test('a failure is followed to its end, and its cause is a click away', async () => {
  const sha = await gitPush(world.github, {
    repository: 'acme/log-page',
    files: { 'caicloud.yml': PIPELINE },
  });
  const check = await world.github.waitFor(
    () =>
      world.github
        .checkRuns('acme/log-page', sha)
        .find(({ state }) => state.name === 'cyclone/pre_build' && state.status === 'in_progress'),
    { what: 'the stage runs', timeoutMs: 60_000 },
  );
  const page = await open(check.state.detailsUrl ?? '');
  await page.getByText('live', { exact: true }).waitFor();
  await page
    .locator('.log-text', { hasText: /^tick \d+$/ })
    .last()
    .waitFor();

  // The page completes itself.
  await page.getByText('exited 3').first().waitFor({ timeout: 60_000 });
  await page.locator('.log-text', { hasText: 'main.go:7:2: undefined: answer' }).waitFor();
  expect(await page.locator('.log-text span').first().getAttribute('class')).toBe('fg-1');
  await page.locator('figure.cause', { hasText: 'undefined: answer' }).getByRole('link').first().click();
  await page.locator('.log-row.selected', { hasText: 'undefined: answer' }).waitFor();

  await page.reload();
  await page.locator('.log-row.selected', { hasText: 'undefined: answer' }).waitFor();
  await page.keyboard.press('g');
  const heading = page.locator('.log-row.heading', { hasText: '$ seq 1 300' });
  await heading.getByText('300 lines').waitFor();
  await heading.getByRole('button').click();
  await page.locator('.log-row', { hasText: /^12$/ }).waitFor();
  expect(complaints).toEqual([]);
}, 120_000);
