import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ImageBuild, type ImageInfo, LABELS } from '../../src/worker/ports.js';
import { buildOf } from './support/build.js';
import { MEBIBYTE, run, testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker } from './support/images.js';
import { type Registry, startRegistry } from './support/registry.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, script } = bench;
const never = new AbortController().signal;

beforeAll(() => busyboxImage());
afterEach(() => bench.clean());

interface Built {
  readonly image: ImageInfo;
  readonly log: string;
}

async function build(dockerfile: string, over: Partial<ImageBuild> = {}): Promise<Built> {
  let log = '';
  const wanted = buildOf({ tag: `${bench.install}/built:1`, labels: bench.labels, dockerfile });
  const image = await engine.build({ ...wanted, ...over }, never, (bytes) => {
    log += bytes.toString();
  });
  return { image, log };
}

/** What a command prints in the image. */
async function says({ image }: Built, command: string): Promise<string> {
  return (await run(bench, script(command, { image: image.id }))).output;
}

describe('args', () => {
  test.each([
    ['a word', 'A=one', 'one'],
    ['an equals sign', 'A=x=y=', 'x=y='],
    ['nothing', 'A=', ''],
    ['spaces and quotes', `A= a "b" 'c' `, ` a "b" 'c' `],
    ['a dollar sign', 'A=$PATH ${A} $(id)', '$PATH ${A} $(id)'],
    ['other letters', 'A=grüße 你好 🚀', 'grüße 你好 🚀'],
  ])('may hold %s', async (_, arg, value) => {
    const built = await build(`FROM ${BUSYBOX}\nARG A=default\nRUN printf %s "$A" > /value\n`, {
      args: [arg],
    });
    expect(await says(built, 'cat /value')).toBe(value);
  });

  test('the last of a name wins', async () => {
    const built = await build(`FROM ${BUSYBOX}\nARG A\nRUN echo "$A" > /value\n`, { args: ['A=1', 'A=2'] });
    expect(await says(built, 'cat /value')).toBe('2\n');
  });

  test('choose the base image', async () => {
    const built = await build('ARG BASE\nFROM $BASE\nRUN echo based > /value\n', {
      args: [`BASE=${BUSYBOX}`],
    });
    expect(await says(built, 'cat /value')).toBe('based\n');
  });

  test('that the Dockerfile does not declare are named in the log, and fail nothing', async () => {
    const { log } = await build(`FROM ${BUSYBOX}\nRUN true\n`, { args: ['UNHEARD=1'] });
    expect(log).toMatch(/build-args \[UNHEARD\] were not consumed/);
  });
});

describe('target', () => {
  const dockerfile = `FROM ${BUSYBOX} AS first\nRUN echo first > /stage\nFROM first AS second\nRUN echo second > /stage\n`;

  test('is the stage that is built, and none behind it', async () => {
    const built = await build(dockerfile, { target: 'first' });
    expect(await says(built, 'cat /stage')).toBe('first\n');
    expect(built.log).not.toContain('echo second');
  });

  test('that the Dockerfile does not have is refused with its name', async () => {
    await expect(build(dockerfile, { target: 'third' })).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringMatching(/target.*third/),
    });
  });
});

describe('labels', () => {
  test('are on the image, beside those of the Dockerfile and below ours', async () => {
    const { image } = await build(`FROM ${BUSYBOX}\nLABEL mine=kept over=Dockerfile\n`, {
      imageLabels: { team: 'web = "ü"', over: 'file', [LABELS.install]: 'stolen', [LABELS.run]: 'stolen' },
    });
    const { Config } = await docker().getImage(image.id).inspect();
    expect(Config.Labels).toMatchObject({ mine: 'kept', over: 'file', team: 'web = "ü"', ...bench.labels });
  });
});

describe('platform', () => {
  test('may be the engine’s own', async () => {
    const { Os, Arch } = (await docker().version()) as { Os: string; Arch: string };
    const built = await build(`FROM ${BUSYBOX}\nRUN echo built > /value\n`, { platform: `${Os}/${Arch}` });
    expect(await says(built, 'cat /value')).toBe('built\n');
  });

  test('that is another one is refused, named', async () => {
    await expect(build(`FROM ${BUSYBOX}\nRUN true\n`, { platform: 'linux/s390x' })).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringMatching(/^platform linux\/s390x: .* builds linux\/\w+ only$/),
    });
  });
});

describe('cache_from', () => {
  const dockerfile = `FROM ${BUSYBOX}\nRUN echo ${bench.install} > /value\n`;
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  test('gives the layers of a published image to an engine that has none of them', async () => {
    const reference = `${registry.host}/acme/api:cache`;
    const { image, log: first } = await build(dockerfile);
    expect(first).not.toContain('Using cache');
    await engine.push(image.id, reference, { signal: never, log: () => {} });
    await docker().getImage(reference).remove({ force: true });
    await bench.clean();
    expect((await build(dockerfile)).log).not.toContain('Using cache');
    await bench.clean();
    await engine.pull(reference, { always: true, signal: never, log: () => {} });
    const { log: second } = await build(dockerfile, { cacheFrom: [reference] });
    expect(second).toContain('Using cache');
    await docker().getImage(reference).remove({ force: true });
  });
});

describe('limits', () => {
  test('hold for RUN steps: memory and cores', async () => {
    const limits = { memory: 128 * MEBIBYTE, cpus: 0.5, pids: 0 };
    const show = (v2: string, v1: string): string =>
      `cat /sys/fs/cgroup/${v2} /sys/fs/cgroup/${v1} 2>/dev/null || true`;
    const { log } = await build(
      `FROM ${BUSYBOX}\nRUN echo ${Math.random()}; ${show('memory.max', 'memory/memory.limit_in_bytes')}\nRUN ${show('cpu.max', 'cpu/cpu.cfs_quota_us')}\n`,
      { limits },
    );
    expect(log).toMatch(/^134217728$/m);
    expect(log).toMatch(/^50000\b/m);
  });
});
