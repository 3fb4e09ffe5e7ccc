import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pack } from 'tar-stream';
import type { ImageBuild } from '../../src/worker/ports.js';
import { run, testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker, HEALTHCHECK, healthcheckImage } from './support/images.js';
import type { Registry } from './support/registry.js';
import { REGISTRY_USER, startRegistry } from './support/registry.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, labels, script } = bench;
const never = new AbortController().signal;
const quiet = (): void => {};

let open: Registry;
let locked: Registry;

beforeAll(async () => {
  await healthcheckImage();
  await busyboxImage();
  [open, locked] = await Promise.all([startRegistry(), startRegistry({ auth: true })]);
});
afterAll(async () => {
  await Promise.all([open.stop(), locked.stop()]);
  await bench.clean();
});

function context(files: Readonly<Record<string, string>>): AsyncIterable<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}

function buildOf(tag: string, dockerfile: string, files: Readonly<Record<string, string>> = {}): ImageBuild {
  return {
    context: context({ Dockerfile: dockerfile, ...files }),
    dockerfile: 'Dockerfile',
    tag,
    labels,
    pull: false,
    limits: { memory: 0, cpus: 0, pids: 0 },
    auth: {},
  };
}

/** An image that no other test has, with one layer of its own. */
async function unique(tag: string): Promise<string> {
  const dockerfile = `FROM ${BUSYBOX}\nCOPY nonce /nonce\n`;
  await engine.build(buildOf(tag, dockerfile, { nonce: `${Math.random()}` }), never, quiet);
  return tag;
}

describe('image', () => {
  test('tells what it is, or that it is not there', async () => {
    expect(await engine.image(BUSYBOX)).toEqual({
      id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      hasHealthcheck: false,
      workingDir: '/',
    });
    expect(await engine.image(HEALTHCHECK)).toMatchObject({ hasHealthcheck: true });
    expect(await engine.image('cyclone-test/none:1')).toBeUndefined();
  });

  test('is asked for by its name only', async () => {
    await expect(engine.image('../containers/json?all=1')).rejects.toMatchObject({ code: 'image' });
  });
});

describe('build', () => {
  test('makes the image, labelled, and tells how', async () => {
    let log = '';
    const tag = `${bench.install}/built:1`;
    // Steps that the engine knows from an earlier time print nothing.
    const file = `in the context of ${bench.install}`;
    const dockerfile = `FROM ${BUSYBOX}\nCOPY file /file\nRUN echo from the build > /made && cat /file\n`;
    const image = await engine.build(buildOf(tag, dockerfile, { file }), never, (bytes) => {
      log += bytes.toString();
    });
    expect(log).toContain('Step 2/');
    expect(log).toContain(file);
    expect(await engine.image(tag)).toEqual(image);
    const inspected = await docker().getImage(tag).inspect();
    expect(inspected.Config.Labels).toMatchObject(labels);
    const spec = script('cat /made', { image: tag });
    expect((await run(bench, spec)).output).toBe('from the build\n');
  });

  test('that fails names its step and exit code, and leaves no container', async () => {
    const build = buildOf(
      `${bench.install}/failed:1`,
      `FROM ${BUSYBOX}\nRUN echo no >&2; exit 42\nRUN true\n`,
    );
    await expect(engine.build(build, never, quiet)).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringMatching(/^step 2\/\d+, `RUN echo no >&2; exit 42`: ended with exit code 42$/),
    });
    expect(await buildContainers('exit 42')).toEqual([]);
    expect((await bench.leftovers()).filter((name) => !name.startsWith('image'))).toEqual([]);
  });

  test.each([
    [
      'a file that is not in the context',
      `FROM ${BUSYBOX}\nCOPY nothing /nothing\n`,
      /^step 2\/\d+, `COPY nothing/,
    ],
    ['an instruction that is none', 'FORM scratch\n', /FORM/],
    [
      'a base image that is not there',
      'FROM 127.0.0.1:1/none:1\n',
      /^step 1\/\d+, `FROM 127.0.0.1:1\/none:1`: .+/,
    ],
  ])('that cannot be done is refused with the reason: %s', async (_, dockerfile, message) => {
    const build = buildOf(`${bench.install}/impossible:1`, dockerfile);
    await expect(engine.build(build, never, quiet)).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringMatching(message),
    });
  });

  test('without its Dockerfile is refused', async () => {
    const build = { ...buildOf(`${bench.install}/none:1`, 'FROM scratch'), dockerfile: 'missing/Dockerfile' };
    await expect(engine.build(build, never, quiet)).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringContaining('missing/Dockerfile'),
    });
  });

  test('whose context breaks fails with the context’s own error', async () => {
    const broken = new Error('the workspace went away');
    // oxlint-disable-next-line require-yield -- it breaks before its first byte
    async function* breaking(): AsyncGenerator<Buffer> {
      throw broken;
    }
    const build = { ...buildOf(`${bench.install}/broken:1`, 'FROM scratch'), context: breaking() };
    await expect(engine.build(build, never, quiet)).rejects.toBe(broken);
  });

  test('that is aborted stops, and leaves neither container nor network', async () => {
    const abort = new AbortController();
    const marker = `sleep 3${Date.now() % 10_000}`;
    const build = buildOf(`${bench.install}/aborted:1`, `FROM ${BUSYBOX}\nRUN ${marker}\n`);
    const reason = new Error('superseded');
    const building = engine.build(build, abort.signal, quiet);
    building.catch(quiet);
    let over = false;
    building.finally(() => (over = true)).catch(quiet);
    while (!over && (await buildContainers(marker)).length === 0) await sleep(20);
    abort.abort(reason);
    await expect(building).rejects.toBe(reason);
    expect(await buildContainers(marker)).toEqual([]);
    expect((await bench.leftovers()).filter((name) => !name.startsWith('image'))).toEqual([]);
  });

  async function buildContainers(command: string): Promise<readonly string[]> {
    const all = await docker().listContainers({ all: true });
    return all.filter(({ Command }) => Command.includes(command)).map(({ Id }) => Id);
  }
});

describe('push and pull', () => {
  test('go through a registry, and the digest is the registry’s', async () => {
    const tag = await unique(`${open.host}/team/api:1.0`);
    expect(await engine.published(tag)).toBeUndefined();
    const lines: string[] = [];
    const { digest } = await engine.push(tag, { signal: never, log: (line) => lines.push(line) });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(lines.join('\n')).toContain(digest);
    await open.settled();
    expect(open.manifestPuts('team/api', '1.0')).toBe(1);
    expect(await engine.published(tag)).toBe(digest);

    await engine.removeImage(tag);
    await engine.removeImage(tag);
    expect(await engine.published(tag)).toBeUndefined();
    const byDigest = `${open.host}/team/api@${digest}`;
    const pulled = await engine.pull(byDigest, { always: false, signal: never, log: quiet });
    expect(pulled.digest).toBe(digest);
    await engine.removeImage(byDigest);
  });

  test('another image under the tag is not ours', async () => {
    const tag = await unique(`${open.host}/team/moved:1`);
    const first = await engine.push(tag, { signal: never, log: quiet });
    await unique(tag);
    expect(await engine.published(tag)).toBeUndefined();
    const second = await engine.push(tag, { signal: never, log: quiet });
    expect(second.digest).not.toBe(first.digest);
    expect(await engine.published(tag)).toBe(second.digest);
  });

  test('ask for the right credentials, and say so when they are wrong', async () => {
    const tag = await unique(`${locked.host}/secret/api:1`);
    const refused = { code: 'publish', message: expect.stringContaining(tag) };
    await expect(engine.push(tag, { signal: never, log: quiet })).rejects.toMatchObject(refused);
    const wrong = { username: 'cyclone', password: 'wrong' };
    await expect(engine.push(tag, { auth: wrong, signal: never, log: quiet })).rejects.toMatchObject(refused);

    const { digest } = await engine.push(tag, { auth: REGISTRY_USER, signal: never, log: quiet });
    expect(await engine.published(tag, REGISTRY_USER)).toBe(digest);
    await expect(engine.published(tag)).rejects.toMatchObject(refused);

    await engine.removeImage(tag);
    const pull = { always: false, signal: never, log: quiet };
    await expect(engine.pull(tag, pull)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringMatching(/no basic auth credentials|unauthorized/),
    });
    expect(await engine.pull(tag, { ...pull, auth: REGISTRY_USER })).toMatchObject({ digest });

    // The base image of a build comes with the credentials for its host.
    await engine.removeImage(tag);
    const based = buildOf(`${bench.install}/based:1`, `FROM ${tag}\nRUN true\n`);
    await engine.build({ ...based, auth: { [locked.host]: REGISTRY_USER } }, never, quiet);
  });

  test('of one image by many is one pull', async () => {
    const tag = await unique(`${open.host}/team/wanted:1`);
    await engine.push(tag, { signal: never, log: quiet });
    await engine.removeImage(tag);
    // Each pull begins with one HEAD of the tag; what it has by then decides what else it asks for.
    const heads = async () => {
      await open.settled();
      const path = '/v2/team/wanted/manifests/1';
      return open.requests().filter((request) => request.method === 'HEAD' && request.path === path).length;
    };
    const before = await heads();

    const leaving = new AbortController();
    const pulls = [never, never, leaving.signal].map((signal) =>
      engine.pull(tag, { always: true, signal, log: quiet }),
    );
    leaving.abort(new Error('left'));
    const [one, two, three] = await Promise.allSettled(pulls);
    expect(one).toMatchObject({ status: 'fulfilled' });
    expect(two).toEqual(one);
    expect(three).toMatchObject({ status: 'rejected', reason: { message: 'left' } });
    expect((await heads()) - before).toBe(1);
  });

  test('of what the registry does not have keep its words', async () => {
    const pull = engine.pull(`${open.host}/team/none:1`, { always: true, signal: never, log: quiet });
    await expect(pull).rejects.toMatchObject({
      code: 'image',
      message: expect.stringMatching(/manifest unknown|not found/),
    });
    const push = engine.push(`${open.host}/team/none:1`, { signal: never, log: quiet });
    await expect(push).rejects.toMatchObject({ code: 'publish' });
  });

  test('to a registry that is down are refused, not called the engine’s absence', async () => {
    const tag = await unique('127.0.0.1:1/team/api:1');
    await expect(engine.push(tag, { signal: never, log: quiet })).rejects.toMatchObject({
      code: 'publish',
      message: expect.stringContaining('refused'),
    });
    await expect(engine.pull(tag, { always: true, signal: never, log: quiet })).rejects.toMatchObject({
      code: 'image',
    });
  });
});
