import { once } from 'node:events';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { dockerEngine } from '../../src/adapters/docker/engine.js';
import { LABELS } from '../../src/worker/ports.js';
import { testEngine, text } from './support/engine.js';
import { buildImage, docker, HEALTHCHECK, healthcheckImage } from './support/images.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, install, labels, script } = bench;
const never = new AbortController().signal;

beforeAll(async () => {
  await healthcheckImage();
});
afterAll(() => bench.clean());

test('the engine tells its version', async () => {
  const { version, apiVersion, cores, memory, warnings } = await engine.info();
  const host = (await docker().info()) as { NCPU: number; MemTotal: number };
  expect({ cores, memory }).toEqual({ cores: host.NCPU, memory: host.MemTotal });
  expect(version).toBe((await docker().version()).Version);
  expect(apiVersion).toMatch(/^1\.\d+$/);
  expect(warnings.every((line) => line.length > 0 && !line.includes('\n'))).toBe(true);
});

describe('health', () => {
  const waiting = () =>
    engine.container(
      script('', {
        image: HEALTHCHECK,
        command: ['-c', 'read line && touch /tmp/ready; [ "$line" = end ] || sleep 300'],
        stdin: true,
      }),
    );

  test('is told when it comes, to all who wait, and at once to who asks later', async () => {
    const container = await waiting();
    await container.start();
    const [one, two] = [container.healthy(never), container.healthy(never)];
    await container.write('go\n');
    expect(await Promise.all([one, two])).toEqual(['healthy', 'healthy']);
    expect(await container.healthy(never)).toBe('healthy');
    await container.remove();
    expect(await container.healthy(never)).toBe('exited');
  });

  test('that does not come is told, and so is the end of the container', async () => {
    const container = await waiting();
    await container.start();
    expect(await container.healthy(never)).toBe('unhealthy');
    await container.remove();

    const ending = await waiting();
    await ending.start();
    const health = ending.healthy(never);
    await ending.kill();
    expect(await health).toBe('exited');
    await ending.remove();
  });

  test('is not waited for any longer than asked', async () => {
    const container = await waiting();
    await container.start();
    const abort = new AbortController();
    const health = container.healthy(abort.signal);
    abort.abort(new Error('enough'));
    await expect(health).rejects.toThrow('enough');
    await container.remove();
  });
});

describe('reap', () => {
  test('removes what bears the labels, and nothing else', async () => {
    const run = (number: string) => ({ ...labels, [LABELS.run]: number });
    const other = testEngine();
    const [mine, others] = await Promise.all([
      engine.container(script('read x', { stdin: true, labels: run('2') })),
      engine.container(script('true', { labels: run('3') })),
      other.engine.container(other.script('true', { labels: { ...other.labels, [LABELS.run]: '2' } })),
      engine.network(`${install}-two`, run('2')),
      buildImage(`${install}/two:1`, { Dockerfile: 'FROM scratch\nCOPY file /\n', file: 'x' }, run('2')),
      buildImage(`${install}/three:1`, { Dockerfile: 'FROM scratch\nCOPY file /\n', file: 'y' }, run('3')),
    ]);
    await mine.start();

    await engine.reap({ [LABELS.run]: '2' }, { images: false });
    expect((await bench.leftovers()).map((name) => name.split(' ')[0])).toEqual([
      'container',
      'image',
      'image',
    ]);
    await engine.reap({ [LABELS.run]: '2' }, { images: true });
    await engine.reap({ [LABELS.run]: '2' }, { images: true });
    expect((await bench.leftovers()).map((name) => name.split(' ')[0])).toEqual(['container', 'image']);
    expect(await other.leftovers()).toHaveLength(1);
    expect((await docker().getContainer(others.id).inspect()).State.Status).toBe('created');

    await Promise.all([bench.clean(), other.clean()]);
    expect(await bench.leftovers()).toEqual([]);
  });

  test('leaves an image that others of its run use, which goes when it is old', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY file /\n', file: 'shared' };
    const run = { ...labels, [LABELS.run]: '4', [LABELS.shared]: 'yes' };
    const name = `${install}/four:1`;
    await buildImage(name, files, run);
    await engine.reap({ [LABELS.run]: '4' }, { images: true });
    expect(await engine.image(name)).toBeDefined();
    await engine.removeShared(60_000);
    expect(await engine.image(name)).toBeDefined();
    await engine.removeShared(-2000);
    expect(await engine.image(name)).toBeUndefined();
    expect(await bench.leftovers()).toEqual([]);
  });

  test('by two at once is as good as by one', async () => {
    await engine.container(script('true')).then((container) => container.start());
    await Promise.all([engine.reap(labels, { images: true }), engine.reap(labels, { images: true })]);
    expect(await bench.leftovers()).toEqual([]);
  });
});

test('a directory is shared with the engine, one that it cannot see is not', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cyclone-shared-'));
  expect(await engine.sharesPath(directory)).toBe(true);
  expect(await readdir(directory)).toEqual([]);
  // The same directory by a path that only this process has.
  const handle = await open(directory);
  expect(await engine.sharesPath(`/proc/self/fd/${handle.fd}`)).toBe(false);
  await handle.close();
  expect(await bench.leftovers()).toEqual([]);
  await rm(directory, { recursive: true });
});

describe('an engine that is away', () => {
  test.each(['unix:///no/such/docker.sock', 'tcp://127.0.0.1:1'])(
    'is told as that: %s',
    async (dockerHost) => {
      const away = dockerEngine({ dockerHost, install, firewall: undefined });
      const unavailable = { name: 'EngineUnavailable' };
      await expect(away.info()).rejects.toMatchObject(unavailable);
      await expect(away.image('busybox')).rejects.toMatchObject(unavailable);
      await expect(away.container(script('true'))).rejects.toMatchObject(unavailable);
      await expect(away.network('none', {})).rejects.toMatchObject(unavailable);
      await expect(away.reap(labels, { images: true })).rejects.toMatchObject(unavailable);
      const pull = away.pull('busybox', { always: true, signal: never, log: () => {} });
      await expect(pull).rejects.toMatchObject(unavailable);
    },
  );

  test('in the middle of a stage is told by the exit, the output and the health', async () => {
    const gate = await tcpGate();
    const remote = dockerEngine({ dockerHost: `tcp://127.0.0.1:${gate.port}`, install, firewall: undefined });
    const container = await remote.container(script('echo up; exec sleep 300', { image: HEALTHCHECK }));
    await container.start();
    const output = container.output()[Symbol.asyncIterator]();
    expect((await output.next()).value?.bytes.toString()).toBe('up\n');
    const [rest, exited, health] = [output.next(), container.exited(), container.healthy(never)];
    for (const promise of [rest, exited, health]) promise.catch(() => {});
    await gate.saw('/events?');
    gate.cut();
    const unavailable = { name: 'EngineUnavailable' };
    await expect(rest).rejects.toMatchObject(unavailable);
    await expect(exited).rejects.toMatchObject(unavailable);
    await expect(health).rejects.toMatchObject(unavailable);
    await expect(container.remove()).rejects.toMatchObject(unavailable);

    // It is back: what was left is removed.
    gate.mend();
    await container.remove();
    expect(await bench.leftovers()).toEqual([]);
    await gate.close();
  });
});

test('one engine through TCP is like one through a socket', async () => {
  const gate = await tcpGate();
  const remote = dockerEngine({ dockerHost: `tcp://127.0.0.1:${gate.port}`, install, firewall: undefined });
  const container = await remote.container(script('read x; echo "got $x"', { stdin: true }));
  await container.start();
  await container.write('it\n');
  expect(await text(container.output())).toBe('got it\n');
  expect(await container.exited()).toMatchObject({ exitCode: 0 });
  await container.remove();
  await gate.close();
});

/** The engine's socket on a TCP port, with a line that can be cut. */
async function tcpGate() {
  const sockets = new Set<Socket>();
  let broken = false;
  let requests = '';
  const server = createServer((client) => {
    if (broken) return void client.resetAndDestroy();
    const upstream = connect('/var/run/docker.sock');
    client.on('data', (bytes) => {
      requests += bytes.toString('latin1');
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async saw(words: string) {
      while (!requests.includes(words)) await sleep(20);
    },
    cut() {
      broken = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      broken = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
