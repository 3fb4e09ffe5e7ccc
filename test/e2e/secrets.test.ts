import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type Dockerode from 'dockerode';
import { docker } from '../contract/support/images.js';
import { finished, finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';
import { runServer } from './support/server.js';
import { openWorld, type World } from './support/world.js';

/** Hard to quote in every language that it may be printed in. */
const TOKEN = `tok-9f8e7d6c5b4a "3&2'1/ %z$HOME\\n+`;
const KEY_LINES = [
  '-----BEGIN TEST KEY-----',
  'MIIEpAIBAAKCAQEAxKq7b1',
  'q0Zk+3w==',
  '',
  '-----END TEST KEY-----',
];
const KEY = `${KEY_LINES.join('\n')}\n`;

let world: World;
let dir: string;
let file: string;

/** As an operator should: whoever reads meanwhile gets the old or the new file. */
async function keep(text: string, mode = 0o600): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}
const WHOLE = JSON.stringify({ 'acme/*': { TOKEN, KEY } });

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-secrets-'));
  file = path.join(dir, 'secrets.yml');
  await keep(WHOLE);
  world = await openWorld({ CYCLONE_SECRETS_FILE: file });
  await world.start();
}, 60_000);
afterEach(async () => {
  await keep(WHOLE);
  expect(await world.leftovers()).toEqual([]);
  world.github.expectClean();
}, 30_000);
afterAll(async () => {
  await world.close();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

/** Flow-style YAML is JSON: nothing of a command has to be quoted twice. */
const pipeline = (stage: object, more: object = {}): Record<string, string> => ({
  'caicloud.yml': JSON.stringify({ pre_build: { image: 'cyclone-test/busybox:1', ...stage }, ...more }),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a reader of the secret would look for, encoded or not: its parts that no encoding changes. */
function traces(): readonly string[] {
  const plain = ['9f8e7d6c5b4a', 'MIIEpAIBAAKCAQEAxKq7b1', 'q0Zk+3w', 'BEGIN TEST KEY'];
  const encoded = [TOKEN, KEY, ...KEY_LINES.filter((line) => line !== '')].flatMap((value) =>
    [0, 1, 2].map((before) => {
      const base64 = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(value)]).toString('base64');
      // Without the ends, which the neighbours decide.
      return base64.slice(4, 4 + Math.min(12, base64.length - 10));
    }),
  );
  return [...plain, ...encoded.filter(({ length }) => length >= 6)];
}

function expectNoTrace(text: string): void {
  expect(traces().filter((trace) => text.includes(trace))).toEqual([]);
}

/** SQL, logs, and Redis's own file: all that Cyclone keeps. */
async function kept(): Promise<string> {
  const entries = await readdir(world.dataDir, { recursive: true, withFileTypes: true });
  const texts = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFile(path.join(parentPath, name), 'latin1').catch(() => ''));
  return (await Promise.all(texts)).join('\n');
}

async function running(): Promise<Dockerode.Container> {
  const worker = (await readFile(path.join(world.dataDir, 'worker-id'), 'utf8')).trim();
  // What waits in sandboxes is no run's.
  const filters = { label: [`cyclone.worker=${worker}`, 'cyclone.run'], status: ['running'] };
  let found = await docker().listContainers({ filters });
  while (found.length === 0) {
    await sleep(100);
    found = await docker().listContainers({ filters });
  }
  return docker().getContainer(found[0]?.Id ?? '');
}

const FORMS = [
  'printf "%s\\n" "$TOKEN" "$KEY"',
  'for before in "" a ab; do printf "%s%s" "$before" "$TOKEN" | base64; printf "%s%s" "$before" "$KEY" | base64 -w 0; echo; done',
  'set -x; : "$TOKEN" "$KEY"; set +x',
  'printf "%s" "$TOKEN" | sed \'s/\\\\/\\\\\\\\/g; s/"/\\\\"/g\'; echo',
  'printf "%s" "$TOKEN" | sed \'s/%/%25/g; s/ /%20/g; s/"/%22/g; s/&/%26/g; s#/#%2F#g; s/[$]/%24/g; s/\\\\/%5C/g; s/+/%2B/g\'; echo',
  'printf "%.9s" "$TOKEN"; sleep 1; printf "%s\\n" "${TOKEN#?????????}"',
  'echo "$KEY" | while read -r line; do echo "a line: $line;"; done',
  'env; export -p',
];

describe('a stage that prints its secrets', () => {
  test('in every form leaves no trace of them anywhere', async () => {
    const run = await finishedRun(world, {
      repository: 'acme/prints',
      files: pipeline(
        { secrets: ['TOKEN', 'KEY'], commands: [...FORMS, 'sh -c "exit 3" "$TOKEN"'] },
        { integration: { image: 'cyclone-test/busybox:1', commands: ['true'] } },
      ),
    });
    expect(run.conclusions).toMatchObject({ 'cyclone/pre_build': 'failure' });
    expect(run.check('cyclone/pre_build').title).toContain('command 9 of 9');
    const { url } = world.server();
    const { pathname } = new URL(run.check('cyclone').detailsUrl ?? '');
    const pages = [pathname, `${pathname}/stages/pre_build`, `/api${pathname}`];
    const shown = await Promise.all(pages.map(async (page) => (await fetch(`${url}${page}`)).text()));
    const text = await run.log('pre_build');
    expect(text).toContain('a line: ***;');
    expect(text.split('***').length).toBeGreaterThan(20);
    expectNoTrace(text);
    for (const page of shown) expectNoTrace(page);
    expectNoTrace(JSON.stringify([run.check('cyclone'), run.check('cyclone/pre_build')]));
    expectNoTrace(world.server().output());
    const files = await kept();
    // It is the right place to look at.
    expect(files).toContain('a line: ***;');
    expectNoTrace(files);
  }, 90_000);

  test('has them byte by byte, and the engine does not show them', async () => {
    const wait = 'while [ ! -e /go ]; do sleep 0.1; done';
    const files = pipeline({
      secrets: ['TOKEN', 'KEY'],
      commands: ['printf %s "$TOKEN" | sha256sum', 'printf %s "$KEY" | sha256sum', wait],
    });
    const sha = await gitPush(world.github, { repository: 'acme/inspect', files });
    const container = await running();
    const inspected = JSON.stringify(await container.inspect());
    const touch = await container.exec({ Cmd: ['touch', '/go'], AttachStdout: true });
    await touch.start({});
    expect(inspected).toContain('CYCLONE_REPO=acme/inspect');
    expectNoTrace(inspected);
    const run = await finished(world, 'acme/inspect', sha);
    expect(run.conclusions).toMatchObject({ cyclone: 'success' });
    const log = await run.log('pre_build');
    expect(log).toContain(sha256(TOKEN));
    expect(log).toContain(sha256(KEY));
  }, 90_000);

  test('has them in a container that runs its own command too', async () => {
    const command = ['sh', '-c', 'printf %s "$KEY" | sha256sum; echo "$TOKEN"'];
    const files = pipeline({ secrets: ['TOKEN', 'KEY'], command });
    const run = await finishedRun(world, { repository: 'acme/own', files });
    const log = await run.log('pre_build');
    expect(log).toContain(sha256(KEY));
    expectNoTrace(log);
  }, 60_000);

  test('is the only one that has them, but not the only one that is masked', async () => {
    const stage = { image: 'cyclone-test/busybox:1', commands: ['echo "${TOKEN-none}"; cat handed'] };
    const files = pipeline(
      { secrets: ['TOKEN'], commands: ['echo "$TOKEN" > handed'] },
      { integration: stage },
    );
    const run = await finishedRun(world, { repository: 'acme/hands', files });
    expect(await run.log('integration')).toContain('\nnone\n***\n');
  }, 60_000);
});

describe('a secret that is not there', () => {
  const files = pipeline({ secrets: ['TOKEN', 'OTHER'], commands: ['echo began'] });

  test('fails its stage before it runs, and the check says what to do', async () => {
    const run = await finishedRun(world, { repository: 'acme/missing', files });
    expect(run.check('cyclone/pre_build')).toMatchObject({
      conclusion: 'failure',
      title: expect.stringContaining('Failed: the server has no secret OTHER for acme/missing'),
    });
    expect(await run.log('pre_build')).not.toContain('began');
  }, 60_000);

  test('is another repository’s: it is not given', async () => {
    const run = await finishedRun(world, { repository: 'other/repository', files });
    expect(run.check('cyclone/pre_build').title).toContain('no secret TOKEN for other/repository');
  }, 60_000);
});

describe('the file of secrets', () => {
  const files = pipeline({ secrets: ['TOKEN'], commands: ['printf %s "$TOKEN" | sha256sum'] });

  test('is read again when it changes; a bad one fails the stages that need it, and nothing else', async () => {
    await keep(`acme/*: { TOKEN: "${TOKEN}`);
    const without = pipeline({ commands: ['true'] });
    const [needs, goes] = await Promise.all([
      finishedRun(world, { repository: 'acme/bad', files }),
      finishedRun(world, { repository: 'acme/needs-none', files: without }),
    ]);
    expect(needs.check('cyclone/pre_build').title).toContain('the server cannot read its file of secrets');
    expect(goes.conclusions).toMatchObject({ cyclone: 'success' });
    expect(world.server().output()).toContain('is not right');
    expectNoTrace(world.server().output());
    await keep(JSON.stringify({ 'acme/*': { TOKEN: 'another value' } }));
    const again = await finishedRun(world, { repository: 'acme/good', files });
    expect(await again.log('pre_build')).toContain(sha256('another value'));
  }, 90_000);

  test.each([
    ['that others may read', async () => keep(WHOLE, 0o644), 'can be read or written by others (mode 0644)'],
    [
      'that is not right',
      async () => keep('acme/*: { TOKEN: 1, CYCLONE_X: 2 }'),
      'line 1, column 21: this is',
    ],
    ['that is not there', async () => rm(file), 'cannot be read (ENOENT)'],
  ])(
    '%s is refused at the start',
    async (_, spoil, words) => {
      await spoil();
      const { code, output } = await runServer({
        APP_ID: '1',
        PRIVATE_KEY: world.github.privateKey,
        WEBHOOK_SECRET: 'something-long-enough',
        CYCLONE_DATA_DIR: path.join(dir, 'refused'),
        CYCLONE_SECRETS_FILE: file,
        HOST: '127.0.0.1',
        PORT: '0',
      });
      expect(code).toBe(1);
      expect(output).toContain(`cyclone: CYCLONE_SECRETS_FILE ${file} `);
      expect(output).toContain(words);
    },
    60_000,
  );
});
