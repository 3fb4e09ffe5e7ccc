import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { MEBIBYTE, run, runToEnd, testEngine, text } from './support/engine.js';
import {
  BUSYBOX,
  buildImage,
  busyboxImage,
  docker,
  NO_SHELL,
  noShellImage,
  USER,
  userImage,
} from './support/images.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, script } = bench;

beforeAll(async () => {
  await busyboxImage();
  await Promise.all([noShellImage(), userImage()]);
});
afterAll(() => bench.clean());

describe('output', () => {
  test('is whole, from the first line to the last', async () => {
    const { output, exitCode } = await run(bench, script('seq 100000'));
    const expected = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(exitCode).toBe(0);
    expect(output === expected).toBe(true);
  });

  test('of stdout and stderr comes in one order', async () => {
    const { output } = await run(
      bench,
      script('for i in 1 2 3 4 5; do echo out $i; sleep 0.02; echo err $i >&2; sleep 0.02; done'),
    );
    const expected = [1, 2, 3, 4, 5].map((index) => `out ${index}\nerr ${index}\n`).join('');
    expect(output).toBe(expected);
  });

  test('of stdout and stderr is told apart', async () => {
    const container = await engine.container(script('echo out; sleep 0.1; echo err >&2'));
    await container.start();
    const said: string[] = [];
    for await (const { stream, bytes } of container.output()) said.push(`${stream}: ${bytes.toString()}`);
    expect(said).toEqual(['stdout: out\n', 'stderr: err\n']);
    await container.remove();
  });

  test('waits for a reader that comes after the end', async () => {
    const container = await engine.container(script('echo early'));
    await container.start();
    await container.exited();
    expect(await text(container.output())).toBe('early\n');
    await container.remove();
  });

  test('that nobody reads stops the container, and is whole when it is read', async () => {
    const bytes = 64 * MEBIBYTE;
    const container = await engine.container(
      script(`dd if=/dev/zero bs=65536 count=${bytes / 65536} 2>/dev/null; echo done > /tmp/done`),
    );
    await container.start();
    const chunks = container.output()[Symbol.asyncIterator]();
    const first = await chunks.next();
    const before = process.memoryUsage().rss;
    // Long enough to write all of it, were there room for it anywhere.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const grown = process.memoryUsage().rss - before;
    const { State } = await docker().getContainer(container.id).inspect();
    expect(State.Running).toBe(true);
    expect(grown).toBeLessThan(bytes / 4);

    let seen = first.value?.bytes.length ?? 0;
    for (;;) {
      const chunk = await chunks.next();
      if (chunk.done) break;
      seen += chunk.value.bytes.length;
    }
    expect(seen).toBe(bytes);
    expect((await container.exited()).exitCode).toBe(0);
    await container.remove();
  });
});

describe('the end', () => {
  test.each([0, 1, 3, 255])('exit %i is told', async (code) => {
    expect(await run(bench, script(`exit ${code}`))).toEqual({
      exitCode: code,
      oomKilled: false,
      removed: false,
      output: '',
    });
  });

  test('by a signal is told as 128 and the signal', async () => {
    const { exitCode } = await run(bench, script('kill -SEGV $$; sleep 1'));
    expect(exitCode).toBe(128 + 11);
  });

  test('by our kill is 137', async () => {
    const container = await engine.container(script('echo up; sleep 300'));
    await container.start();
    await container.kill();
    expect(await container.exited()).toMatchObject({ exitCode: 137, removed: false });
    await container.kill();
    await container.remove();
  });

  test('by too much memory is told', async () => {
    const limits = { memory: 16 * MEBIBYTE, cpus: 0, pids: 64 };
    const { oomKilled, exitCode } = await run(
      bench,
      script(`exec awk 'BEGIN { s = "x"; while (1) s = s s }'`, { limits }),
    );
    expect(oomKilled).toBe(true);
    expect(exitCode).not.toBe(0);
  });

  test('by a removal from outside is told as that', async () => {
    const container = await engine.container(script('sleep 300'));
    await container.start();
    await docker().getContainer(container.id).remove({ force: true });
    expect(await container.exited()).toMatchObject({ removed: true });
    await container.kill();
    await container.remove();
  });

  test('by our own removal is not told as one from outside', async () => {
    const container = await engine.container(script('sleep 300'));
    await container.start();
    const exited = container.exited();
    await container.remove();
    await container.remove();
    expect(await exited).toMatchObject({ removed: false });
  });
});

describe('an armed container', () => {
  test('waits for its go-signal, and runs what comes with it', async () => {
    const container = await engine.container(
      script('read -r word; (eval "$word") </dev/null; echo "ended $?"', { stdin: true }),
    );
    await container.start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await docker().getContainer(container.id).inspect()).State.Running).toBe(true);
    await container.write('echo go; cat; exit 7\n');
    expect(await text(container.output())).toBe('go\nended 7\n');
    expect((await container.exited()).exitCode).toBe(0);
    await container.remove();
  });

  test('gets only what was written, however much', async () => {
    const container = await engine.container(script('head -c 300000 | md5sum', { stdin: true }));
    await container.start();
    await container.write('0123456789'.repeat(30_000));
    const { createHash } = await import('node:crypto');
    const sum = createHash('md5').update('0123456789'.repeat(30_000)).digest('hex');
    expect(await text(container.output())).toBe(`${sum}  -\n`);
    await container.write('too late\n');
    await container.remove();
  });

  test('is removed without ever starting, or without its go-signal', async () => {
    const created = await engine.container(script('read x', { stdin: true }));
    await created.remove();
    const started = await engine.container(script('read x', { stdin: true }));
    await started.start();
    await started.remove();
    expect((await bench.leftovers()).filter((name) => name.startsWith('container'))).toEqual([]);
  });
});

describe('what cannot be', () => {
  test('an image without a shell is called what people call it', async () => {
    const { id } = (await engine.image(NO_SHELL))!;
    const container = await engine.container(script('true', { image: id, imageName: NO_SHELL }));
    await expect(container.start()).rejects.toMatchObject({
      code: 'no_shell',
      message: `the image ${NO_SHELL} has no /bin/sh to run commands with`,
    });
    await container.remove();
  });

  test('an image without a shell is named', async () => {
    const container = await engine.container(script('echo hi', { image: NO_SHELL }));
    await expect(container.start()).rejects.toMatchObject({
      code: 'no_shell',
      message: `the image ${NO_SHELL} has no /bin/sh to run commands with`,
    });
    await container.remove();
  });

  test('… but runs its own command', async () => {
    const { entrypoint: _, command: __, ...spec } = script('', { image: NO_SHELL });
    expect(await run(bench, spec)).toMatchObject({ exitCode: 0, output: 'hello\n' });
  });

  test.each([
    ['no-such-program', '/bin'],
    ['/no/such/program', '/'],
    ['./run.sh', '/root'],
  ])('a program that is missing is named: %s', async (program, workingDir) => {
    const container = await engine.container(script('', { entrypoint: [program], command: [], workingDir }));
    await expect(container.start()).rejects.toMatchObject({
      code: 'container',
      message: `the program "${program}" is not in the image ${BUSYBOX}`,
    });
    await container.remove();
  });

  test('an image without a command is called what people call it', async () => {
    const commandless = `${bench.install}/commandless:1`;
    await buildImage(commandless, { Dockerfile: 'FROM scratch\nCOPY file /file\n', file: 'x' });
    const { id } = (await engine.image(commandless))!;
    const { entrypoint: _, command: __, ...spec } = script('', { image: id, imageName: commandless });
    await expect(engine.container(spec)).rejects.toMatchObject({
      code: 'container',
      message: expect.stringMatching(new RegExp(`^${commandless}: no command specified$`, 'i')),
    });
    await engine.removeImage(id);
  });

  test('an image that is not local is the image’s fault', async () => {
    await expect(engine.container(script('', { image: 'cyclone-test/none:1' }))).rejects.toMatchObject({
      code: 'image',
    });
    await expect(engine.container(script('', { image: '../containers/x' }))).rejects.toMatchObject({
      name: 'EngineRefused',
    });
  });

  test('a mount whose source is missing is refused, not made', async () => {
    const mounts = [{ source: '/no/such/directory', target: '/src', readOnly: false }];
    await expect(engine.container(script('', { mounts }))).rejects.toMatchObject({ code: 'container' });
    await expect(
      docker().listContainers({ all: true, filters: { label: [`cyclone.install=${bench.install}`] } }),
    ).resolves.toEqual([]);
  });

  test('a path that is not there cannot be archived', async () => {
    const container = await engine.container(script('true'));
    await expect(container.archive('/no/such/path')).rejects.toMatchObject({
      code: 'container',
      message: '/no/such/path does not exist in the container',
    });
    await container.remove();
  });
});

test('a path of a container that has ended comes as a tar', async () => {
  const container = await engine.container(script('mkdir /out; echo built > /out/file'));
  await runToEnd(container);
  const pieces: Buffer[] = [];
  for await (const piece of await container.archive('/out')) pieces.push(piece);
  const tar = Buffer.concat(pieces).toString();
  expect(tar).toContain('out/file');
  expect(tar).toContain('built\n');
  await container.remove();
});

describe('privileges', () => {
  const attempt = (command: string): ReturnType<typeof run> => run(bench, script(command));

  test('chown, setuid and low ports are there', async () => {
    expect(await attempt('touch /tmp/f && chown 1234:1234 /tmp/f && stat -c %u:%g /tmp/f')).toMatchObject({
      exitCode: 0,
      output: '1234:1234\n',
    });
    expect(await attempt('(nc -l -p 80 & sleep 0.2; kill $!) && echo listened')).toMatchObject({
      output: 'listened\n',
    });
  });

  test.each([
    ['make a device', 'mknod /tmp/disk b 8 0'],
    ['mount', 'mount -t tmpfs none /tmp'],
    ['change the network', 'ip link set lo down'],
    ['name the host', 'hostname other'],
    ['see the engine’s socket', 'test -e /var/run/docker.sock || test -e /run/docker.sock'],
    ['gain privileges', 'grep -q "NoNewPrivs:.0" /proc/self/status'],
  ])('root cannot %s', async (_, command) => {
    expect((await attempt(command)).exitCode).not.toBe(0);
  });

  test('a fork bomb hits the limit of processes', async () => {
    const limits = { memory: 64 * MEBIBYTE, cpus: 1, pids: 16 };
    const { output } = await run(
      bench,
      script('for i in $(seq 40); do sleep 5 & done; wait; echo survived', { limits }),
    );
    expect(output).toContain("can't fork");
  });

  test('the image’s user and directory stay when none is given', async () => {
    const { user: _, ...spec } = script('id -u; pwd', { image: USER });
    expect((await run(bench, spec)).output).toBe('1000\n/home/app\n');
  });
});
