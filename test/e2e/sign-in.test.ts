import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../contract/support/chromium.js';
import { freePort } from '../contract/support/free-port.js';
import { gitPush } from './support/push.js';
import { reopenedBy } from './support/rerun.js';
import { openWorld, type World } from './support/world.js';

const REPOSITORY = 'acme/secret';
const FILES = {
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: ["echo hush", "exit 3"]
`,
};
const SLOW = {
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: ["echo begun", "sleep 60"]
`,
};

let world: World;
let browser: Browser;
let context: BrowserContext;
let url: string;
/** Details of the failed stage's check, as GitHub shows it. */
let details: string;
let sha: string;

beforeAll(async () => {
  world = await openWorld();
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  const { github } = world;
  github.callbacksTo(`${url}/sign-in/callback`);
  await world.start({
    PORT: port,
    CYCLONE_PUBLIC_URL: url,
    CYCLONE_PRIVATE_PAGES: 'sign-in',
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
  });
  sha = await gitPush(github, { repository: REPOSITORY, files: FILES, private: true });
  const checks = await world.concluded(REPOSITORY, sha);
  details = checks.get('cyclone/pre_build')?.state.detailsUrl ?? '';
  github.people.add(REPOSITORY, 'wanda', { permission: 'write' });
  github.people.add(REPOSITORY, 'rita', { permission: 'read' });
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  try {
    world.github.expectClean();
  } finally {
    await browser.close();
    await world.close();
  }
}, 60_000);

beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

/** By the Details link, to the page that asks to sign in, over GitHub, and back. */
async function follow(login: string, link = details): Promise<Page> {
  const page = await context.newPage();
  expect((await page.goto(link))?.status()).toBe(404);
  await page.getByRole('main').getByRole('link', { name: 'Sign in with GitHub' }).click();
  await page.getByLabel('Login').fill(login);
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.waitForURL(link);
  return page;
}

test('the Details link of a private check asks to sign in, and comes back to the page', async () => {
  expect(details).toBe(`${url}/runs/1/stages/pre_build`);
  const page = await follow('rita');
  expect(await page.title()).toContain('pre_build');
  expect(await page.locator('header').innerText()).toContain('rita');
  expect(await page.content()).toContain('hush');
  expect(await page.content()).not.toContain('sig=');
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ name: 'cyclone', httpOnly: true, sameSite: 'Lax', path: '/' });
  // Listed for the reader, and for nobody else.
  await page.goto(url);
  expect(await page.content()).toContain('/runs/1');
  expect(await (await fetch(url)).text()).not.toContain('/runs/1');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in with GitHub' }).first().waitFor();
  expect((await page.goto(details))?.status()).toBe(404);
}, 60_000);

test('a reader has no buttons, and may not by hand either', async () => {
  const page = await follow('rita', `${url}/runs/1`);
  expect(await page.getByRole('button', { name: /re-run|cancel/i }).count()).toBe(0);
  const csrf = await page.locator('[name=csrf]').first().inputValue();
  const status = await page.evaluate(
    async (body) =>
      (await fetch('/runs/1/rerun', { method: 'POST', body: new URLSearchParams(body) })).status,
    { csrf },
  );
  expect(status).toBe(403);
}, 60_000);

test('whom GitHub does not show it sees what is not there', async () => {
  const page = await follow('oscar', `${url}/runs/1`);
  expect(await page.getByRole('heading').first().innerText()).toBe('There is no such page');
  expect(await page.content()).not.toContain('hush');
  expect((await page.goto(`${url}/runs/1/stages/pre_build/log`))?.status()).toBe(404);
}, 60_000);

test('a writer has a run again, and cancels it, by buttons', async () => {
  const page = await follow('wanda', `${url}/runs/1`);
  await reopenedBy(world, REPOSITORY, sha, () => page.getByRole('button', { name: 'Re-run all' }).click());
  expect(await page.getByRole('status').first().innerText()).not.toBe('');
  await page.reload();
  expect(await page.locator('.said').count()).toBe(0);
  const checks = await world.concluded(REPOSITORY, sha);
  expect(checks.get('cyclone')?.state.summary).toContain('wanda');

  const slow = await gitPush(world.github, { repository: REPOSITORY, files: SLOW, branch: 'slow' });
  await world.github.waitFor(() =>
    world.github.checkRuns(REPOSITORY, slow).some(({ state }) => state.status === 'in_progress'),
  );
  await page.goto(`${url}/runs/2`);
  await page.getByRole('button', { name: 'Cancel' }).click();
  const ended = await world.concluded(REPOSITORY, slow);
  expect(ended.get('cyclone')?.state.conclusion).toBe('cancelled');
  expect(ended.get('cyclone')?.state.title).toContain('wanda');
}, 120_000);

test('a right that is taken back at GitHub ends the session; no token is in any log', async () => {
  const page = await follow('wanda', `${url}/runs/1`);
  world.github.people.revokeSignIns('wanda');
  await page.getByRole('button', { name: 'Re-run all' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
  expect((await page.goto(details))?.status()).toBe(404);
  expect(world.server().output()).not.toMatch(/gh[ur]_[0-9a-f]{8}/);
}, 60_000);
