import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { noShellImage } from '../contract/support/images.js';
import { type Registry, startRegistry } from '../contract/support/registry.js';
import { gitPush } from './support/push.js';
import { runServer } from './support/server.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let guarded: Registry;
let nextRepository = 0;

beforeAll(async () => {
  await noShellImage();
  guarded = await startRegistry({ auth: true });
  // Publishing goes to a registry that wants a password, and none is set.
  world = await openWorld({ REGISTRY_LOCATION: guarded.host });
  await world.start();
}, 60_000);
afterEach(async () => {
  expect(await world.leftovers()).toEqual([]);
  world.github.expectClean();
}, 30_000);
afterAll(async () => {
  await world.close();
  await guarded.stop();
}, 30_000);

/** Pushes this pipeline; the stage's check when all is over. */
async function check(stage: string, pipeline: string, more: Record<string, string> = {}, tag?: string) {
  nextRepository += 1;
  const repository = `acme/bad-${String(nextRepository)}`;
  const files = { 'caicloud.yml': pipeline, ...more };
  const sha = await gitPush(world.github, { repository, files, ...(tag === undefined ? {} : { tag }) });
  const checks = await world.concluded(repository, sha);
  expect(checks.get('cyclone')?.state.conclusion).toBe('failure');
  const state = checks.get(`cyclone/${stage}`)?.state;
  expect(state?.conclusion).toBe('failure');
  return { title: state?.title ?? '', text: state?.text ?? '', summary: state?.summary ?? '' };
}

const busybox = 'image: cyclone-test/busybox:1';

describe('a stage that cannot work says why', () => {
  test('an image that does not exist', async () => {
    const image = `${world.registry.host}/no/such:1`;
    const { title } = await check('pre_build', `pre_build: { image: '${image}', commands: [true] }`);
    expect(title).toContain(image);
    expect(title).toMatch(/manifest.*unknown|not found|does not exist/i);
  }, 60_000);

  test('an image without a shell', async () => {
    const { title } = await check(
      'pre_build',
      'pre_build: { image: cyclone-test/no-shell:1, commands: [true] }',
    );
    expect(title).toContain('cyclone-test/no-shell:1');
    expect(title).toContain('/bin/sh');
  }, 60_000);

  test('a command that does not exist', async () => {
    const { title, text } = await check('pre_build', `pre_build: { ${busybox}, commands: [frobnicate] }`);
    expect(title).toMatch(/^Failed at command 1 of 1: frobnicate exited 127 after/);
    expect(text).toContain('frobnicate: not found');
  }, 60_000);

  test('an own command that does not exist', async () => {
    const { title } = await check('pre_build', `pre_build: { ${busybox}, command: frobnicate --all }`);
    expect(title).toContain('frobnicate');
  }, 60_000);

  test('an output that is not there', async () => {
    const { title } = await check(
      'pre_build',
      `pre_build: { ${busybox}, commands: [true], outputs: [dist/app] }`,
    );
    expect(title).toContain('dist/app');
  }, 60_000);

  test('a Dockerfile step that fails', async () => {
    const Dockerfile = 'FROM cyclone-test/busybox:1\nRUN echo before && exit 7\n';
    const { title, text } = await check('build', 'build: { dockerfile_name: Dockerfile }', { Dockerfile });
    expect(title).toContain('exit 7');
    expect(text).toContain('before');
  }, 60_000);

  test('a Dockerfile that is not there', async () => {
    const { title } = await check('build', 'build: { dockerfile_name: Dockerfile.prod }');
    expect(title).toContain('Dockerfile.prod');
  }, 60_000);

  test('a registry that refuses', async () => {
    const Dockerfile = 'FROM cyclone-test/busybox:1\n';
    const pipeline = 'build: { dockerfile_name: Dockerfile }';
    const { title } = await check('publish', pipeline, { Dockerfile }, 'v1');
    expect(title).toContain(guarded.host);
    expect(title).toMatch(/no basic auth credentials|unauthorized|authentication required/i);
  }, 60_000);

  test('a signal', async () => {
    const { title } = await check(
      'pre_build',
      `pre_build: { ${busybox}, commands: [echo one, kill -SEGV $$] }`,
    );
    expect(title).toMatch(/^Failed at command 2 of 2: .*SIGSEGV/);
  }, 60_000);

  test('too little memory', async () => {
    const commands = '[true, "head -c 200000000 /dev/zero | tail > /dev/null"]';
    const { title } = await check(
      'pre_build',
      `pre_build: { ${busybox}, mem_limit: 33554432, commands: ${commands} }`,
    );
    expect(title).toBe('Out of memory: killed at the 32 MiB limit, in command 2 of 2');
  }, 60_000);

  test('what policy does not allow', async () => {
    const pipeline = `pre_build: { ${busybox}, privileged: true, volumes: ['/var/run/docker.sock:/var/run/docker.sock'], commands: [true] }`;
    const { title, summary } = await check('pre_build', pipeline);
    expect(`${title} ${summary}`).toContain('privileged');
    expect(`${title} ${summary}`).toContain('/var/run/docker.sock');
    expect(`${title} ${summary}`).toContain('CYCLONE_TRUSTED_REPOS');
  }, 60_000);
});

describe('a server that cannot start says why, and not with a stack', () => {
  const complete = () => ({
    APP_ID: '1',
    PRIVATE_KEY: world.github.privateKey,
    WEBHOOK_SECRET: 's',
    HOST: '127.0.0.1',
    PORT: '0',
  });

  test.each([
    ['APP_ID', {}],
    ['PRIVATE_KEY', { APP_ID: '1' }],
    ['WEBHOOK_SECRET', { APP_ID: '1' }],
    ['REDIS_URL', { CYCLONE_ROLE: 'worker' }],
    ['CYCLONE_ROLE', { CYCLONE_ROLE: 'boss' }],
  ])(
    'without %s',
    async (name, environment) => {
      const { code, output } = await runServer(environment);
      expect(code).toBe(1);
      expect(output).toContain(name);
      expect(output).not.toContain('    at ');
    },
    20_000,
  );

  test.each([
    ['Docker', { DOCKER_HOST: 'unix:///nowhere/docker.sock' }, '/nowhere/docker.sock'],
    [
      'a DOCKER_HOST that is known',
      { DOCKER_HOST: 'ssh://user@host' },
      'DOCKER_HOST must be unix:///path or tcp://',
    ],
    ['Redis', { REDIS_URL: 'redis://:secret@127.0.0.1:1' }, '127.0.0.1:1'],
    ['a database', { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }, '127.0.0.1:1'],
  ])(
    'without %s',
    async (_name, environment, said) => {
      const dir = await mkdtemp(path.join(tmpdir(), 'cyclone-e2e-'));
      const { code, output } = await runServer({ ...complete(), CYCLONE_DATA_DIR: dir, ...environment });
      expect(code).toBe(1);
      expect(output).toContain(said);
      expect(output).not.toContain('    at ');
      expect(output).not.toContain('secret');
      await rm(dir, { recursive: true, force: true });
    },
    30_000,
  );

  test('with a data directory that the engine does not see', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'cyclone-e2e-'));
    const socket = path.join(dir, 'redis.sock');
    const redis = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '']);
    // The same words name another directory for the engine's process.
    const hidden = { REDIS_URL: socket, CYCLONE_DATA_DIR: '/proc/self/cwd/data' };
    const { code, output } = await runServer({ ...complete(), ...hidden }, dir);
    redis.kill('SIGKILL');
    expect(output).toContain('the engine does not see CYCLONE_DATA_DIR /proc/self/cwd/data');
    expect(output).not.toContain('    at ');
    expect(code).toBe(1);
    await rm(dir, { recursive: true, force: true });
  }, 30_000);

  test('twice on one data directory', async () => {
    const { code, output } = await runServer({ ...complete(), CYCLONE_DATA_DIR: world.dataDir });
    expect(code).toBe(1);
    expect(output).toContain(`in use by process ${String(world.server().pid)}`);
  }, 30_000);
});
