import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { hearComplaints, isCutByDocker, launchChromium } from '../contract/support/chromium.js';
import { docker } from '../contract/support/images.js';
import { finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser.close());

const stage = (command: string): string => `{ image: cyclone-test/busybox:1, commands: ["${command}"] }`;

async function get(path: string): Promise<string> {
  return (await fetch(world.server().url + path)).text();
}

/** In the one container of the run's stages that runs. */
async function touch(run: number, file: string): Promise<void> {
  const filters = { label: [`cyclone.run=${String(run)}`], status: ['running'] };
  for (const { Id } of await docker().listContainers({ filters })) {
    const command = await docker()
      .getContainer(Id)
      .exec({ Cmd: ['touch', file], AttachStdout: true });
    await command.start({});
  }
}

describe('pages of what goes on', () => {
  test('a run is seen to begin and to end without a reload, and the first page sees it too', async () => {
    const repository = 'acme/live';
    const sha = await gitPush(world.github, {
      repository,
      files: {
        'caicloud.yml': `pre_build: ${stage('until [ -e /tmp/go ]; do sleep 0.1; done')}\nintegration: ${stage('echo done')}\n`,
      },
    });
    const check = await world.github.waitFor(
      () => world.github.checkRuns(repository, sha).find(({ state }) => state.name === 'cyclone'),
      { what: 'a check' },
    );
    const { pathname } = new URL(check.state.detailsUrl ?? '');
    const context = await browser.newContext();
    const [run, first] = [await context.newPage(), await context.newPage()];
    const complaints: string[] = [];
    for (const page of [run, first]) {
      hearComplaints(page, (complaint) => {
        if (!isCutByDocker(complaint)) complaints.push(complaint);
      });
    }
    await first.goto(`${world.server().url}/`);
    await first.getByText('1 worker: 1 busy, 0 idle.').waitFor();
    await run.goto(world.server().url + pathname);
    await run.locator('.stage', { hasText: /running\s*pre_build/ }).waitFor();
    await run.evaluate('window.sameDocument = true');
    const cancelled = await fetch(`${world.server().url}${pathname}/events`);
    expect(cancelled.headers.get('content-type')).toContain('text/event-stream');
    await cancelled.body?.cancel();
    const passed = run.locator('main > p .state', { hasText: 'passed' }).waitFor();
    // A stage is running from its announcement on: its container may come a little later.
    const letting = setInterval(() => {
      touch(Number(pathname.split('/')[2]), '/tmp/go').catch(() => undefined);
    }, 300);
    await passed.finally(() => clearInterval(letting));
    expect(await run.evaluate('window.sameDocument')).toBe(true);
    expect(await run.locator('.graph .node').count()).toBe(2);
    await run.getByText(/Most of the time: pre_build/).waitFor();
    await first.bringToFront();
    await first.getByText('Nothing runs.').waitFor();
    await first.getByText('1 worker: 0 busy, 1 idle.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 90_000);

  test('a repository shows its runs, its stages in numbers, and a badge', async () => {
    const repository = 'acme/numbers';
    const files = (command: string) => ({ 'caicloud.yml': `pre_build: ${stage(command)}\n` });
    await finishedRun(world, { repository, files: files('true'), message: 'Works' });
    expect(await get('/badge/acme/numbers.svg')).toContain('cyclone: passing');
    await finishedRun(world, { repository, files: files('false'), message: 'Does not' });
    expect(await get('/badge/acme/numbers.svg')).toContain('cyclone: failing');
    const page = await get('/repos/acme/numbers');
    const words = page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    expect(words).toContain('50 % passed: 1 of 2');
    expect(words).toMatch(/Slowest stages pre_build [\d.]+ s at most [\d.]+ s, 2 runs/);
    const failed = await get('/repos/acme/numbers?status=failed');
    expect(failed).toContain('Does not');
    expect(failed).not.toContain('Works');
  }, 90_000);

  test('a private repository has no page and no badge for strangers', async () => {
    const repository = 'acme/hidden';
    const files = { 'caicloud.yml': `pre_build: ${stage('true')}\n` };
    await finishedRun(world, { repository, files, private: true, message: 'Hush' });
    expect((await fetch(`${world.server().url}/repos/acme/hidden`)).status).toBe(404);
    expect(await get('/badge/acme/hidden.svg')).toBe(await get('/badge/acme/nothing.svg'));
    expect(await get('/')).not.toContain('Hush');
  }, 90_000);
});
