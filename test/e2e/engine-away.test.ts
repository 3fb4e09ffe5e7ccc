import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckRun } from '../fakes/github/state/model.js';
import { type EngineProxy, startEngineProxy } from './support/engine-proxy.js';
import { lineSaid } from './support/line-said.js';
import { gitPush } from './support/push.js';
import { conclusions, openWorld, type World } from './support/world.js';

const REPOSITORY = 'acme/away';
const busybox = 'image: cyclone-test/busybox:1';

let world: World;
let engine: EngineProxy;

beforeEach(async () => {
  engine = await startEngineProxy();
  world = await openWorld();
  await world.start({ DOCKER_HOST: engine.url });
}, 60_000);
afterEach(async () => {
  try {
    expect(await world.leftovers()).toEqual([]);
    world.github.expectClean();
  } finally {
    await world.close();
    await engine.close();
  }
}, 60_000);

const checks = (sha: string): readonly CheckRun['state'][] =>
  world.github.checkRuns(REPOSITORY, sha).map(({ state }) => state);

const running = (name: string): Promise<unknown> =>
  world.github.waitFor(
    () =>
      world.github
        .checkRuns(REPOSITORY)
        .some(({ state }) => state.name === `cyclone/${name}` && state.status === 'in_progress'),
    { what: `${name} in progress` },
  );

const failures = (sha: string) => checks(sha).filter(({ conclusion }) => conclusion === 'failure');

/** The worker has looked for its engine, and does not take the job. */
async function waits(): Promise<void> {
  await lineSaid(world, 'jobs wait until it does');
}

async function readiness(): Promise<{
  status: number;
  parts: Record<string, { ok: boolean; message?: string }>;
}> {
  const answer = await fetch(`${world.server().url}/readyz`);
  const { parts } = (await answer.json()) as { parts: Record<string, { ok: boolean; message?: string }> };
  return { status: answer.status, parts };
}

/** All green, each check once. */
async function endsGreen(sha: string, names: readonly string[]): Promise<Map<string, CheckRun>> {
  const concluded = await world.concluded(REPOSITORY, sha);
  expect(conclusions(concluded)).toMatchObject(
    Object.fromEntries(
      ['cyclone', ...names.map((name) => `cyclone/${name}`)].map((name) => [name, 'success']),
    ),
  );
  const all = checks(sha).map(({ name }) => name);
  expect(all).toHaveLength(new Set(all).size);
  return concluded;
}

describe('an engine that goes away', () => {
  test('while nothing runs: /readyz names it, what is pushed waits, and runs when it is back', async () => {
    expect(await readiness()).toMatchObject({ status: 200, parts: { docker: { ok: true } } });
    await engine.cut();
    const away = await readiness();
    expect(away).toMatchObject({
      status: 503,
      parts: { docker: { ok: false }, redis: { ok: true }, sql: { ok: true } },
    });
    expect(away.parts['docker']?.message).toContain('The engine cannot be reached');

    const files = { 'caicloud.yml': `pre_build: { ${busybox}, commands: [echo at last] }\n` };
    const sha = await gitPush(world.github, { repository: REPOSITORY, files });
    await waits();
    await world.github.waitFor(() => checks(sha).length === 2);
    expect(checks(sha).map(({ status }) => status)).toEqual(['queued', 'queued']);
    expect((await readiness()).status).toBe(503);

    await engine.restore();
    const concluded = await endsGreen(sha, ['pre_build']);
    expect(concluded.get('cyclone/pre_build')?.state.text).toContain('at last');
    expect((await readiness()).status).toBe(200);
  }, 120_000);

  test('in the middle of a stage: it is nobody’s failure, and the stage runs again', async () => {
    const files = {
      'caicloud.yml': `pre_build: { ${busybox}, commands: [echo made > made.txt] }
integration:
  services: { db: { ${busybox}, command: sleep 600 } }
  ${busybox}
  commands:
    - cat made.txt
    - if [ ! -e again ]; then touch again; sleep 600; fi
    - echo went on
post_build: { ${busybox}, commands: [echo done] }
`,
    };
    const sha = await gitPush(world.github, { repository: REPOSITORY, files, tag: 'v1' });
    await running('integration');
    await engine.cut();
    await waits();
    expect(failures(sha)).toEqual([]);
    expect(checks(sha).find(({ name }) => name === 'cyclone/integration')?.status).not.toBe('completed');

    await engine.restore();
    const concluded = await endsGreen(sha, ['pre_build', 'integration', 'post_build']);
    expect(concluded.get('cyclone/integration')?.state.text).toContain('went on');
    // What was done before was not done again.
    const log = await (await fetch(`${world.server().url}/runs/1/stages/pre_build/log`)).text();
    expect(log.match(/echo made/g)).toHaveLength(1);
  }, 120_000);

  test('in the middle of a build: the image is built again', async () => {
    const files = {
      'caicloud.yml': 'build: { dockerfile_name: Dockerfile }\n',
      Dockerfile: `FROM cyclone-test/busybox:1\nRUN echo ${String(Math.random())}; sleep 4; echo built\n`,
    };
    const building = engine.asked('POST /v1.41/build');
    const sha = await gitPush(world.github, { repository: REPOSITORY, files });
    await running('build');
    await building;
    await engine.cut();
    await waits();
    expect(failures(sha)).toEqual([]);
    expect(checks(sha).find(({ name }) => name === 'cyclone/build')?.status).not.toBe('completed');
    await engine.restore();
    const concluded = await endsGreen(sha, ['build']);
    expect(concluded.get('cyclone/build')?.state.text).toContain('built');
  }, 120_000);
});
