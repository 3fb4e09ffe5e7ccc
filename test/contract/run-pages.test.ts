import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Outcome } from '../../src/pipeline/model.js';
import { tag } from '../pipeline/examples.js';
import { matrix, planOf, stage } from '../pipeline/graph/definitions.js';
import { type Site, startSite } from '../web/harness.js';
import { ended, NOON, queued, running, runView } from '../web/runs.js';
import { serveModules } from './support/browser-modules.js';
import { hearComplaints, launchChromium } from './support/chromium.js';

jest.setTimeout(60_000);

let browser: Browser;
let site: Site;
let context: BrowserContext;
/** What the browser complained about. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser.close());

beforeEach(async () => {
  site = await startSite({
    publicUrl: 'http://ci.example',
    floor: {
      workers: async () => [
        { id: 'w1', labels: ['amd64', 'linux'], host: 'oak', busy: 2, hands: 4, since: NOON - 9e6 },
        { id: 'w2', labels: ['arm64', 'linux'], host: 'elm', busy: 0, hands: 2, since: NOON - 9e5 },
      ],
      queues: async () => [{ labels: ['gpu'], waiting: 3, oldestAt: NOON - 95_000 }],
    },
  });
  complaints = [];
});
afterEach(async () => {
  await context.close();
  await site.stop();
});

async function open(address: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  await serveModules(context);
  const page = await context.newPage();
  hearComplaints(page, (complaint) => complaints.push(complaint));
  await page.goto(site.url + address);
  return page;
}

const span = (from: number, to: number, spans = {}, outcome: Outcome = { kind: 'passed' }, facts = {}) => ({
  ...ended(outcome, { spans, ...facts }),
  startedAt: NOON - 112_000 + from * 1000,
  completedAt: NOON - 112_000 + to * 1000,
});
const failure = {
  code: 'exit',
  message: '',
  exitCode: 1,
  command: { index: 3, total: 5, text: 'go test ./...' },
} as const;

/** A chain, a matrix beside it, something that waits, something that is left out; and runs before it. */
function story(): void {
  const n = { n: Array.from({ length: 12 }, (_, index) => String(index)) };
  const plan = planOf(
    [
      stage('pre_build'),
      stage('build'),
      stage('integration'),
      stage('publish', { needs: ['e2e', 'lint'] }),
      stage('lint'),
      stage('e2e', { matrix: matrix(n), needs: ['lint'] }),
      stage('a-stage-with-a-very-long-name-that-does-not-fit', { needs: ['e2e'] }),
      stage('docs', { when: { branch: ['docs'] } }),
    ],
    tag('v1'),
  );
  const cells = plan.stages.filter(({ name }) => name === 'e2e');
  const artifacts = { digest: 'sha256:aa', bytes: 61_000, files: 3 };
  site.runs.put({
    ...runView({
      id: 60,
      plan,
      trigger: { title: 'Let people sign in' },
      run: { status: 'in_progress', startedAt: NOON - 103_000 },
      stages: {
        pre_build: span(9, 17, { checkout: 1400, prepare: 600, run: 6000 }),
        build: span(17, 40, {}, { kind: 'passed' }, { artifacts }),
        integration: span(40, 88, { services: 9000 }, { kind: 'failed', failure }, { tries: 2 }),
        publish: queued,
        lint: span(10, 14),
        ...Object.fromEntries(cells.map(({ id }, index) => [id, index < 9 ? span(15, 30 + index) : running])),
        'a-stage-with-a-very-long-name-that-does-not-fit': queued,
        docs: ended({ kind: 'skipped', reason: { kind: 'condition', message: 'runs on branch docs' } }),
      },
    }),
    createdAt: NOON - 112_000,
  });
  for (let id = 1; id < 60; id += 1) {
    const failed = id % 7 === 0;
    const createdAt = NOON - (60 - id) * 11 * 3_600_000;
    site.runs.put({
      ...runView({
        id,
        run: {
          status: 'completed',
          conclusion: failed ? 'failure' : 'success',
          reason: failed ? '1 of 5 stages failed' : '',
          startedAt: createdAt,
          completedAt: createdAt + 60_000 + (id % 9) * 20_000,
        },
      }),
      createdAt,
    });
  }
}

const PAGES = { home: '/', run: '/runs/60', repository: '/repos/acme/hello' } as const;

async function seriousFindings(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]))`);
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(Object.entries(PAGES))(
    'the page %s is read by everybody, also on a phone',
    async (name, address) => {
      story();
      for (const width of [1100, 360]) {
        const page = await open(address, { viewport: { width, height: 800 }, colorScheme });
        await page.locator('h1').waitFor();
        const pictures = process.env['PICTURES'];
        if (pictures)
          await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-${width}.png`, fullPage: true });
        expect(await seriousFindings(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await context.close();
      }
      expect(complaints).toEqual([]);
    },
  );
});

describe('the page of a run', () => {
  test('shows a change at once, and leaves what a person opened, scrolled and stands on', async () => {
    story();
    const page = await open('/runs/60', { viewport: { width: 1100, height: 400 } });
    const matrix = page.locator('details[data-keep="e2e"]');
    await matrix.locator('summary').click();
    await page.locator('.stage a', { hasText: /^build$/ }).focus();
    await page.evaluate('scrollTo(0, 240)');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    site.end(60, 'publish');
    await page.locator('.stage', { hasText: /passed\s*publish/ }).waitFor();
    expect(await matrix.getAttribute('open')).not.toBeNull();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('build');
    expect(await page.evaluate('scrollY')).toBe(240);
    expect(asked).toEqual(['/runs/60']);
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'says in a table where the time went, on a phone, in %s',
    async (colorScheme) => {
      story();
      const view = await site.runs.run(60);
      if (view === undefined) throw new Error('there is no run');
      const image = `registry.example.com:5000/${'acme/'.repeat(20)}hello@sha256:${'a'.repeat(64)}`;
      const spans = [{ name: 'pull', detail: image, at: NOON - 111_000, ms: 2400 }];
      const job = {
        id: 'a-long-name-of-a-job',
        status: 'running',
        attempt: 1,
        fence: 1,
        seq: 3,
        spans,
      } as const;
      site.runs.put({ ...view, progress: { ...view.progress, jobs: [job] } });
      const page = await open('/runs/60', { viewport: { width: 360, height: 800 }, colorScheme });
      await page.getByText('Where the time went, in numbers').click();
      await page.getByRole('cell', { name: 'pull registry.example.com' }).waitFor();
      const pictures = process.env['PICTURES'];
      if (pictures)
        await page
          .locator('section[aria-labelledby=timeline]')
          .screenshot({ path: `${pictures}/time-${colorScheme}.png` });
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      site.end(60, 'publish');
      await page.locator('.stage', { hasText: /passed\s*publish/ }).waitFor();
      expect(await page.locator('details[data-keep=":time"]').getAttribute('open')).not.toBeNull();
      expect(complaints).toEqual([]);
    },
  );

  test('has a picture whose nodes lead to their stages, and works without scripts', async () => {
    story();
    const page = await open('/runs/60', { javaScriptEnabled: false });
    expect(await page.locator('.graph .node').count()).toBe(7);
    await page.locator('.graph .node', { hasText: 'integration' }).click();
    await page.waitForURL(/stages\/integration/);
  });
});

test('a repository’s runs are filtered by a plain form', async () => {
  story();
  const page = await open('/repos/acme/hello', { javaScriptEnabled: false });
  await page.getByLabel('State').selectOption('failed');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/status=failed/);
  expect(await page.locator('main table').first().locator('tbody tr').count()).toBe(8);
  expect(await page.locator('main table').first().getByText('passed').count()).toBe(0);
});
