import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { buildOf } from './support/build.js';
import { testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker, HEALTHCHECK, healthcheckImage } from './support/images.js';
import type { Registry } from './support/registry.js';
import { REGISTRY_USER, startRegistry } from './support/registry.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, labels } = bench;
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

/** An image that no other test has, with one layer of its own. @returns its id */
async function unique(): Promise<string> {
  const dockerfile = `FROM ${BUSYBOX}\nCOPY nonce /nonce\n`;
  const nonce = `${Math.random()}`;
  const tag = `${bench.install}/unique:${nonce.slice(2)}`;
  const { id } = await engine.build(buildOf({ tag, labels, dockerfile, files: { nonce } }), never, quiet);
  return id;
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

describe('push and pull', () => {
  test('go through a registry, and the digest is the registry’s', async () => {
    const tag = `${open.host}/team/api:1.0`;
    const image = await unique();
    expect(await engine.published(image, tag)).toBeUndefined();
    const lines: string[] = [];
    const { digest } = await engine.push(image, tag, { signal: never, log: (line) => lines.push(line) });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(lines.join('\n')).toContain(digest);
    await open.settled();
    expect(open.manifestPuts('team/api', '1.0')).toBe(1);
    expect(await engine.published(image, tag)).toBe(digest);

    await engine.removeImage(image);
    await engine.removeImage(image);
    expect(await engine.published(image, tag)).toBeUndefined();
    const byDigest = `${open.host}/team/api@${digest}`;
    const pulled = await engine.pull(byDigest, { always: false, signal: never, log: quiet });
    expect(pulled.digest).toBe(digest);
    await engine.removeImage(byDigest);
  });

  test('another image under the tag is not ours', async () => {
    const tag = `${open.host}/team/moved:1`;
    const [one, two] = await Promise.all([unique(), unique()]);
    const first = await engine.push(one, tag, { signal: never, log: quiet });
    expect(await engine.published(two, tag)).toBeUndefined();
    const second = await engine.push(two, tag, { signal: never, log: quiet });
    expect(second.digest).not.toBe(first.digest);
    expect(await engine.published(two, tag)).toBe(second.digest);
    expect(await engine.published(one, tag)).toBeUndefined();
  });

  test('of one name at once push each its own image', async () => {
    const tag = `${open.host}/team/contended:1`;
    const images = await Promise.all([1, 2, 3, 4].map(unique));
    const pushed = await Promise.all(
      images.map((image) => engine.push(image, tag, { signal: never, log: quiet })),
    );
    for (const [index, { digest }] of pushed.entries()) {
      const { RepoDigests } = await docker().getImage(images[index]!).inspect();
      expect(RepoDigests).toEqual([`${open.host}/team/contended@${digest}`]);
    }
    expect(await engine.published(images.at(-1)!, tag)).toBe(pushed.at(-1)!.digest);
  });

  test('of an image whose name another one has by now push the image', async () => {
    const tag = `${open.host}/team/renamed:1`;
    const [ours, theirs] = await Promise.all([unique(), unique()]);
    await engine.push(ours, tag, { signal: never, log: quiet });
    await engine.push(theirs, tag, { signal: never, log: quiet });
    const { digest } = await engine.push(ours, tag, { signal: never, log: quiet });
    expect(await engine.published(ours, tag)).toBe(digest);
    expect((await engine.image(tag))?.id).toBe(ours);
  });

  test('ask for the right credentials, and say so when they are wrong', async () => {
    const tag = `${locked.host}/secret/api:1`;
    const image = await unique();
    const refused = { code: 'publish', message: expect.stringContaining(tag) };
    await expect(engine.push(image, tag, { signal: never, log: quiet })).rejects.toMatchObject(refused);
    // It does not stay by a name that the registry does not have it by.
    expect(await engine.image(tag)).toBeUndefined();
    const wrong = { username: 'cyclone', password: 'wrong' };
    const push = { signal: never, log: quiet };
    await expect(engine.push(image, tag, { ...push, auth: wrong })).rejects.toMatchObject(refused);

    const { digest } = await engine.push(image, tag, { auth: REGISTRY_USER, signal: never, log: quiet });
    expect(await engine.published(image, tag, REGISTRY_USER)).toBe(digest);
    await expect(engine.published(image, tag)).rejects.toMatchObject(refused);

    await engine.removeImage(image);
    const pull = { always: false, signal: never, log: quiet };
    await expect(engine.pull(tag, pull)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringMatching(/no basic auth credentials|unauthorized/),
    });
    expect(await engine.pull(tag, { ...pull, auth: REGISTRY_USER })).toMatchObject({ digest });

    // The base image of a build comes with the credentials for its host.
    await engine.removeImage(tag);
    const based = buildOf({
      tag: `${bench.install}/based:1`,
      labels,
      dockerfile: `FROM ${tag}\nRUN true\n`,
    });
    await engine.build({ ...based, auth: { [locked.host]: REGISTRY_USER } }, never, quiet);
  });

  test('of one image by many is one pull', async () => {
    const tag = `${open.host}/team/wanted:1`;
    const image = await unique();
    await engine.push(image, tag, { signal: never, log: quiet });
    await engine.removeImage(image);
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
    const push = engine.push(`${bench.install}/none:1`, `${open.host}/team/none:1`, {
      signal: never,
      log: quiet,
    });
    await expect(push).rejects.toMatchObject({ code: 'publish' });
  });

  test('to a registry that is down are refused, not called the engine’s absence', async () => {
    const tag = '127.0.0.1:1/team/api:1';
    await expect(engine.push(await unique(), tag, { signal: never, log: quiet })).rejects.toMatchObject({
      code: 'publish',
      message: expect.stringContaining('refused'),
    });
    await expect(engine.pull(tag, { always: true, signal: never, log: quiet })).rejects.toMatchObject({
      code: 'image',
    });
  });
});
