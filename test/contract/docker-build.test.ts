import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ImageInfo, LABELS, type Labels } from '../../src/worker/ports.js';
import { buildOf } from './support/build.js';
import { run, testEngine } from './support/engine.js';
import { BUSYBOX, buildImage, busyboxImage, docker } from './support/images.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, script } = bench;
const never = new AbortController().signal;
const quiet = (): void => {};
const labels: Labels = {
  ...bench.labels,
  [LABELS.job]: 'chain',
  [LABELS.worker]: 'w1',
  [LABELS.fence]: '3',
};

beforeAll(() => busyboxImage());
afterEach(() => bench.clean());

interface Built {
  readonly image: ImageInfo;
  readonly log: string;
  /** Number and text of each heading. */
  readonly steps: readonly string[];
}

async function build(dockerfile: string, over: Partial<Parameters<typeof buildOf>[0]> = {}): Promise<Built> {
  let log = '';
  const wanted = buildOf({ tag: `${bench.install}/built:1`, labels, dockerfile, ...over });
  const steps: string[] = [];
  const image = await engine.build(wanted, never, (bytes, step) => {
    log += bytes.toString();
    if (step !== undefined) steps.push(`${step}: ${bytes.toString()}`);
  });
  return { image, log, steps };
}

const fails = (dockerfile: string): ReturnType<typeof engine.build> =>
  engine.build(buildOf({ tag: `${bench.install}/failed:1`, labels, dockerfile }), never, quiet);

const reap = (): Promise<void> => engine.reap({ [LABELS.run]: '1', [LABELS.job]: 'chain' }, { images: true });

/** A step that no other test has made. */
const step = (): string => `RUN echo ${bench.install} ${Math.random()} > /made`;

/** All images, cache and marks, that a step of ours is in the history of; others may be at work on this engine. */
async function layers(): Promise<readonly string[]> {
  const all = await docker().listImages({ all: true });
  const ours = all.map(async ({ Id }) => {
    const history: unknown = await docker()
      .getImage(Id)
      .history()
      .catch(() => []);
    return JSON.stringify(history).includes(bench.install) ? [Id] : [];
  });
  return (await Promise.all(ours)).flat().sort();
}

async function buildContainers(command: string): Promise<readonly string[]> {
  const all = await docker().listContainers({ all: true });
  return all.filter(({ Command }) => Command.includes(command)).map(({ Id }) => Id);
}

describe('a build', () => {
  test('makes the image, and tells how', async () => {
    const file = `in the context of ${bench.install}`;
    const dockerfile = `FROM ${BUSYBOX}\nCOPY file /file\nRUN echo from the build > /made && cat /file\n`;
    const { image, log, steps } = await build(dockerfile, { files: { file } });
    const headings = [
      `Step 1/3 : FROM ${BUSYBOX}`,
      'Step 2/3 : COPY file /file',
      'Step 3/3 : RUN echo from the build > /made && cat /file',
    ];
    expect(log.match(/^Step .*/gm)).toEqual(headings);
    expect(steps).toEqual(headings.map((heading, index) => `${index + 1}: ${heading}`));
    expect(log).toContain(file);
    expect(log).toMatch(/^Image [0-9a-f]{12}, labelled with this run$/m);
    expect(await engine.image(`${bench.install}/built:1`)).toEqual(image);
    const spec = script('cat /made', { image: image.id });
    expect((await run(bench, spec)).output).toBe('from the build\n');
  });

  test('labels the image with its run, and says nothing of labels', async () => {
    const { image, log } = await build(`FROM ${BUSYBOX}\n${step()}\n`);
    const inspected = await docker().getImage(image.id).inspect();
    expect(inspected.Config.Labels).toMatchObject({ ...labels, [LABELS.install]: bench.install });
    expect(inspected.RepoTags).toEqual([`${bench.install}/built:1`]);
    expect(log).not.toMatch(/LABEL|cyclone\./);
  });

  test('makes an image that others may run: its containers are theirs, whatever labels they inherit', async () => {
    const { image } = await build(`FROM ${BUSYBOX}\n${step()}\n`);
    const theirs = await docker().createContainer({ Image: image.id });
    const ours = await engine.container(script('true', { image: image.id, labels }));
    await engine.reap(labels, { images: false });
    expect((await theirs.inspect()).Config.Labels).toMatchObject(labels);
    await expect(docker().getContainer(ours.id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    await theirs.remove();
  });

  test('makes an image that stays while others run it, nameless, and goes after that', async () => {
    const { image } = await build(`FROM ${BUSYBOX}\n${step()}\nCMD ["sleep", "60"]\n`);
    const theirs = await docker().createContainer({ Image: image.id });
    await theirs.start();
    await reap();
    expect((await theirs.inspect()).State.Running).toBe(true);
    expect(await engine.image(`${bench.install}/built:1`)).toBeUndefined();
    await engine.tidy(0);
    expect(await engine.image(image.id)).toBeDefined();
    await theirs.remove({ force: true });
    await engine.tidy(0);
    expect(await engine.image(image.id)).toBeUndefined();
  });

  test('changes nothing else of the image', async () => {
    const dockerfile = `FROM scratch
COPY file /file
ENV A="1 \\" 2"
WORKDIR /work
USER 1000
EXPOSE 80
VOLUME /data
STOPSIGNAL SIGUSR1
SHELL ["/bin/other", "-c"]
HEALTHCHECK --interval=7s CMD ["check"]
LABEL mine=kept
ONBUILD COPY . /app
`;
    const plain = `${bench.install}/plain:1`;
    const files = { file: 'content' };
    await buildImage(plain, { Dockerfile: dockerfile, ...files });
    for (const command of ['', 'CMD ["run"]\n', 'ENTRYPOINT ["entry"]\nCMD ["run"]\n']) {
      await buildImage(plain, { Dockerfile: `${dockerfile}${command}`, ...files });
      const { image } = await build(`${dockerfile}${command}`, { files });
      const [wanted, got] = await Promise.all(
        [plain, image.id].map((name) => docker().getImage(name).inspect()),
      );
      const { mine } = got?.Config.Labels ?? {};
      expect(mine).toBe('kept');
      expect(essence(got?.Config)).toEqual(essence(wanted?.Config));
      expect(got?.RootFS.Layers).toHaveLength(wanted?.RootFS.Layers?.length ?? 0);
    }
    await docker().getImage(plain).remove({ force: true });
  });

  test('that fails names its step and exit code, and leaves no container', async () => {
    await expect(fails(`FROM ${BUSYBOX}\nRUN echo no >&2; exit 42\nRUN true\n`)).rejects.toMatchObject({
      code: 'image_build',
      message: 'step 2/3, `RUN echo no >&2; exit 42`: ended with exit code 42',
    });
    expect(await buildContainers('exit 42')).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });

  test.each([
    [
      'a file that is not in the context',
      `FROM ${BUSYBOX}\nCOPY nothing /nothing\n`,
      /^step 2\/2, `COPY nothing/,
    ],
    ['an instruction that is none', 'FORM scratch\n', /FORM/],
    [
      'a base image that is not there',
      'FROM 127.0.0.1:1/none:1\n',
      /^step 1\/1, `FROM 127.0.0.1:1\/none:1`: .+/,
    ],
  ])('that cannot be done is refused with the reason: %s', async (_, dockerfile, message) => {
    await expect(fails(dockerfile)).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringMatching(message),
    });
  });

  test('is read no faster than its log takes it', async () => {
    let waiting = 0;
    let most = 0;
    let bytes = 0;
    const dockerfile = `FROM ${BUSYBOX}\nRUN echo ${Math.random()}; seq 20000\n`;
    const wanted = buildOf({ tag: `${bench.install}/built:1`, labels, dockerfile });
    await engine.build(wanted, never, async (chunk) => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise((resolve) => setImmediate(resolve));
      bytes += chunk.length;
      waiting -= 1;
    });
    expect(most).toBe(1);
    expect(bytes).toBeGreaterThan(100_000);
  });

  test('without its Dockerfile is refused', async () => {
    const wanted = buildOf({ tag: `${bench.install}/none:1`, labels, dockerfile: 'FROM scratch' });
    const missing = { ...wanted, dockerfile: 'missing/Dockerfile' };
    await expect(engine.build(missing, never, quiet)).rejects.toMatchObject({
      code: 'image_build',
      message: expect.stringContaining('missing/Dockerfile'),
    });
  });

  test.each([
    [
      'a mount',
      'RUN --mount=type=cache,target=/c true',
      /^step 2\/2, .*the --mount option requires BuildKit\. /,
    ],
    ['a flag', 'COPY --link Dockerfile /d', /unknown flag: link \(it requires BuildKit\)\. /i],
    ['a here-document', 'RUN <<EOF\necho one\nEOF', /BuildKit\. /],
  ])('with %s that only BuildKit knows says that it is not used', async (_, line, words) => {
    const failed = fails(`FROM ${BUSYBOX}\n${line}\n`);
    await expect(failed).rejects.toMatchObject({ name: 'EngineRefused', code: 'image_build' });
    await expect(failed).rejects.toThrow(words);
    await expect(failed).rejects.toThrow(/Cyclone builds with the classic builder/);
  });

  test('whose context breaks fails with the context’s own error', async () => {
    const broken = new Error('the workspace went away');
    // oxlint-disable-next-line require-yield -- it breaks before its first byte
    async function* breaking(): AsyncGenerator<Buffer> {
      throw broken;
    }
    const wanted = buildOf({ tag: `${bench.install}/broken:1`, labels, dockerfile: 'FROM scratch' });
    await expect(engine.build({ ...wanted, context: breaking() }, never, quiet)).rejects.toBe(broken);
  });

  test('that is aborted stops, and leaves neither container nor network nor anything of the run', async () => {
    const abort = new AbortController();
    const marker = `sleep 3${Date.now() % 10_000}`;
    const reason = new Error('superseded');
    const dockerfile = `FROM ${BUSYBOX}\n${step()}\nRUN ${marker}\n`;
    const wanted = buildOf({ tag: `${bench.install}/aborted:1`, labels, dockerfile });
    const building = engine.build(wanted, abort.signal, quiet);
    building.catch(quiet);
    let over = false;
    building.finally(() => (over = true)).catch(quiet);
    while (!over && (await buildContainers(marker)).length === 0) await sleep(20);
    abort.abort(reason);
    await expect(building).rejects.toBe(reason);
    expect(await buildContainers(marker)).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });
});

describe('layers of builds', () => {
  test('stay when the images of their run are gone, and are used again', async () => {
    const dockerfile = `FROM ${BUSYBOX}\n${step()}\n`;
    const first = await build(dockerfile);
    expect(first.log).not.toContain('Using cache');
    await reap();
    expect(await bench.leftovers()).toEqual([]);
    expect(await engine.image(first.image.id)).toBeUndefined();
    const second = await build(dockerfile);
    expect(second.log).toMatch(/RUN .*\n ---> Using cache\n/);
    expect(second.image.id).not.toBe(first.image.id);
  });

  test('stay when an image is removed by its name', async () => {
    const dockerfile = `FROM ${BUSYBOX}\n${step()}\n`;
    await build(dockerfile);
    await engine.removeImage(`${bench.install}/built:1`);
    expect(await bench.leftovers()).toEqual([]);
    expect((await build(dockerfile)).log).toContain('Using cache');
  });

  test('of all stages of a Dockerfile, and of what failed, go when they are old', async () => {
    const early = `FROM ${BUSYBOX} AS early\n${step()}\n`;
    await build(`${early}FROM ${BUSYBOX}\n${step()}\nCOPY --from=early /made /\n`);
    await reap();
    await expect(fails(`${early}${step()}\nFROM ${BUSYBOX}\n${step()}\nRUN exit 1\n`)).rejects.toThrow(
      'exit 1',
    );
    const made = await layers();
    expect(made.length).toBeGreaterThanOrEqual(5);
    await engine.tidy(60_000);
    expect(await layers()).toEqual(made);
    await engine.tidy(0);
    expect(await layers()).toEqual([]);
  });

  test('of an image that is there stay, however old', async () => {
    const dockerfile = `FROM ${BUSYBOX}\n${step()}\n`;
    const { image } = await build(dockerfile);
    await engine.tidy(0);
    expect(await engine.image(image.id)).toEqual(image);
    expect((await build(dockerfile)).log).toContain('Using cache');
  });

  test('of others stay', async () => {
    const other = testEngine();
    const dockerfile = `FROM ${BUSYBOX}\n${step()}\n`;
    const theirs = buildOf({ tag: `${other.install}/built:1`, labels: other.labels, dockerfile });
    await other.engine.build(theirs, never, quiet);
    await other.engine.reap(other.labels, { images: true });
    await engine.tidy(0);
    expect((await build(dockerfile)).log).toContain('Using cache');
    await other.clean();
  });
});

/** What matters of an image's configuration, whatever form the engine gives to what is not there. */
function essence(config: object | undefined): Record<string, unknown> {
  const { Labels: _, Image: __, ...rest } = (config ?? {}) as Record<string, unknown>;
  const entries = Object.entries(rest).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries);
}
