import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../contract/support/chromium.js';
import { freePort } from '../contract/support/free-port.js';
import { busyboxImage } from '../contract/support/images.js';
import { type FakeGitHub, startGitHub } from '../fakes/github/github.js';
import { gitPush } from './support/push.js';
import { type ServerProcess, startServer } from './support/server.js';

const FILES = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [true] }\n' };

let github: FakeGitHub;
let browser: Browser;
let directory: string;
let command: ChildProcess | undefined;
let server: ServerProcess | undefined;

beforeAll(async () => {
  await busyboxImage();
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-register-'));
  github = await startGitHub();
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  command?.kill();
  await server?.stop();
  await Promise.all([browser.close(), github.close()]);
  await rm(directory, { recursive: true, force: true });
}, 30_000);

test('an app is registered with one click, and the server that reads its settings builds a push', async () => {
  const port = String(await freePort());
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], CYCLONE_DATA_DIR: directory };
  const url = `http://127.0.0.1:${port}`;
  const registering = spawn(
    process.execPath,
    ['dist/cli/cyclone.js', 'register', '--github', github.url, '--public-url', url],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  command = registering;
  // Waited for from here on: it ends by itself as soon as the browser has its answer.
  const ended = once(registering, 'close') as Promise<[number | null]>;
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    ended.then(([code]) => reject(new Error(`register ended with ${String(code)}: ${said}`)), reject);
    registering.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/\w+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
  });

  const page = await browser.newPage();
  await page.goto(address);
  await page.getByRole('button', { name: 'Register on GitHub' }).click();
  const install = page.getByRole('link', { name: 'install it on repositories' });
  expect(await install.getAttribute('href')).toMatch(/\/installations\/new$/);
  const [code] = await ended;
  expect([code, said]).toEqual([0, expect.stringContaining('/installations/new')]);

  server = await startServer({ CYCLONE_DATA_DIR: directory, HOST: '127.0.0.1', PORT: port });
  const sha = await gitPush(github, { repository: 'acme/hello', files: FILES });
  const cyclone = await github.waitFor(
    () =>
      github
        .checkRuns('acme/hello', sha)
        .find(({ state }) => state.name === 'cyclone' && state.status === 'completed'),
    { timeoutMs: 60_000 },
  );
  expect([cyclone.state.conclusion, cyclone.state.detailsUrl]).toEqual([
    'success',
    expect.stringMatching(new RegExp(`^${url}/runs/`)),
  ]);
  github.expectClean();
}, 120_000);
