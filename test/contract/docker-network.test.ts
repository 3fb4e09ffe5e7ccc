import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { type DockerEngine, dockerEngine } from '../../src/adapters/docker/engine.js';
import type { Firewall } from '../../src/adapters/iptables/firewall.js';
import { openFirewall } from '../../src/adapters/iptables/firewall.js';
import type { Container, Engine, Network } from '../../src/worker/ports.js';
import type { TestEngine } from './support/engine.js';
import { run, testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker } from './support/images.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, labels, script } = bench;

beforeAll(async () => {
  await busyboxImage();
});
afterAll(() => bench.clean());

let made = 0;
function network(on: Engine = engine): Promise<Network> {
  made += 1;
  return on.network(`${bench.install}-${made}`, labels);
}

/** A web server of one page, under a name, on a network. */
async function serve(page: string, on: Network, alias: string): Promise<Container> {
  const container = await engine.container(
    script(`mkdir /www; echo ${page} > /www/index.html; exec httpd -f -p 8080 -h /www`, {
      network: on.name,
      aliases: [alias],
    }),
  );
  await container.start();
  return container;
}

/** Asks until it is answered: a server needs a moment; a refused connection is not an answer. */
const ask = (where: string): string =>
  `for i in 1 2 3 4 5 6 7 8; do wget -q -O - http://${where}/ && exit 0; sleep 0.2; done; exit 1`;

/** Whether a TCP connection comes about within two seconds. */
const connects = (where: string): string => `nc -w 2 ${where} </dev/null`;

async function addressOf(container: Container, on: Network): Promise<string> {
  const { NetworkSettings } = await docker().getContainer(container.id).inspect();
  return NetworkSettings.Networks[on.name]?.IPAddress ?? '';
}

test('containers of one network reach each other by name and alias, and by nothing else', async () => {
  const [one, two] = await Promise.all([network(), network()]);
  const server = await serve('mysql', one, 'db');
  const address = await addressOf(server, one);

  expect(await run(bench, script(ask('db:8080'), { network: one.name }))).toMatchObject({
    exitCode: 0,
    output: 'mysql\n',
  });
  const elsewhere = { network: two.name };
  expect((await run(bench, script('nslookup db', elsewhere))).exitCode).not.toBe(0);
  expect((await run(bench, script(connects(`${address} 8080`), elsewhere))).exitCode).not.toBe(0);
  expect((await run(bench, script(connects(`${address} 8080`)))).exitCode).not.toBe(0);

  await server.remove();
  await Promise.all([one.remove(), two.remove()]);
});

test('links give a container another name for one user alone', async () => {
  const one = await network();
  const server = await serve('linked', one, 'db');
  const name = (await docker().getContainer(server.id).inspect()).Name.slice(1);
  const links = [`${name}:store`];
  expect((await run(bench, script(ask('store:8080'), { network: one.name, links }))).output).toBe('linked\n');
  expect((await run(bench, script('nslookup store', { network: one.name }))).exitCode).not.toBe(0);
  await server.remove();
  await one.remove();
});

test('a network has a subnet and a bridge of ours, and no IPv6', async () => {
  const one = await network();
  const { Options, IPAM, EnableIPv6 } = await docker().getNetwork(one.id).inspect();
  expect(Options?.['com.docker.network.bridge.name']).toMatch(/^cyc-[0-9a-f]{8}$/);
  expect(IPAM?.Config?.[0]?.Subnet).toMatch(/^10\.213\.\d+\.\d+\/26$/);
  expect(EnableIPv6).toBe(false);
  await one.remove();
  await one.remove();
});

test('two engines on one small pool step aside for each other, and say when it is full', async () => {
  const pool = { range: '10.214.255.0/28', prefix: 30 };
  const [left, right] = [1, 2].map(() =>
    dockerEngine({ install: bench.install, firewall: undefined, pool }),
  ) as [DockerEngine, DockerEngine];
  const networks: Network[] = [];
  for (const on of [left, right, left, right]) networks.push(await network(on));
  await expect(network(left)).rejects.toMatchObject({
    code: 'container',
    message: expect.stringContaining('all subnets of 10.214.255.0/28 are in use'),
  });
  await Promise.all(networks.map((each) => each.remove()));
});

test('engines that make and remove networks at the same moment do not hinder each other', async () => {
  const pool = { range: '10.214.254.0/27', prefix: 30 };
  const engines = [1, 2].map(() => dockerEngine({ install: bench.install, firewall: undefined, pool }));
  const rounds = [...engines, ...engines].map(async (on) => {
    for (let round = 0; round < 10; round += 1) await (await network(on)).remove();
  });
  await Promise.all(rounds);
});

test('a network goes with the containers that are still on it', async () => {
  const one = await network();
  await serve('forgotten', one, 'web');
  await one.remove();
  expect((await bench.leftovers()).filter((name) => !name.startsWith('image'))).toEqual([]);
});

describe('the firewall', () => {
  const server = createServer((socket) => socket.end('host\n'));
  let port: number;
  let guarded: TestEngine;
  let firewall: Firewall;

  beforeAll(async () => {
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    // Twice, one with the other: as two workers of one machine do it.
    [firewall] = await Promise.all([openFirewall(), openFirewall()]);
    expect(firewall.open).toEqual([]);
    guarded = testEngine({ firewall });
  });
  afterAll(async () => {
    await guarded.clean();
    await firewall.close();
    server.close();
  });

  /** The default gateway of a network is the host. */
  const host = "$(ip route | awk '/default/ { print $3 }')";

  test('keeps stages from the host; without it they reach it, and the network says so', async () => {
    const safe = await network(guarded.engine);
    expect(safe.open).toEqual([]);
    const shut = await run(bench, script(connects(`${host} ${port}`), { network: safe.name }));
    expect(shut.exitCode).not.toBe(0);

    await firewall.close();
    const open = await run(bench, script(connects(`${host} ${port}`), { network: safe.name }));
    expect(open.exitCode).toBe(0);
    const unsafe = await network();
    expect(unsafe.open).toHaveLength(1);

    // The next network puts the rules back.
    const again = await network(guarded.engine);
    const shutAgain = await run(bench, script(connects(`${host} ${port}`), { network: safe.name }));
    expect(shutAgain.exitCode).not.toBe(0);
    await Promise.all([safe, unsafe, again].map((each) => each.remove()));
  });

  test.each([
    ['a way into a chain', ['iptables', '-D', 'INPUT', '-i', 'cyc-+', '-j', 'CYCLONE-IN']],
    ['all of a chain', ['iptables', '-F', 'CYCLONE-FWD']],
    ['one rule', ['iptables', '-D', 'CYCLONE-IN', '-j', 'DROP']],
    ['a rule of IPv6', ['ip6tables', '-D', 'FORWARD', '-i', 'cyc-+', '-j', 'DROP']],
  ])('puts back what is gone: %s', async (_, [program = '', ...args]) => {
    // Two that look at one moment put a rule there twice, which is as good.
    const rules = (): ReadonlySet<string> =>
      new Set(
        ['iptables-save', 'ip6tables-save'].flatMap((save) =>
          execFileSync(save, ['-t', 'filter'], { encoding: 'utf8' })
            .split('\n')
            .filter((line) => /CYCLONE|cyc-\+/.test(line)),
        ),
      );
    expect(await firewall.ensure()).toEqual([]);
    const whole = rules();
    do execFileSync(program, args);
    while (rules().size === whole.size);
    expect(rules()).not.toEqual(whole);
    expect(await firewall.ensure()).toEqual([]);
    expect(rules()).toEqual(whole);
  });

  test('keeps stages from other networks of the machine, and lets them talk among themselves', async () => {
    const safe = await network(guarded.engine);
    const inside = await serve('inside', safe, 'web');
    const outside = await engine.container(
      script('mkdir /www; echo outside > /www/index.html; exec httpd -f -p 8080 -h /www', {
        network: 'bridge',
      }),
    );
    await outside.start();
    const { NetworkSettings } = await docker().getContainer(outside.id).inspect();
    const address = NetworkSettings.Networks['bridge']?.IPAddress ?? '';

    expect((await run(bench, script(ask('web:8080'), { network: safe.name }))).output).toBe('inside\n');
    expect((await run(bench, script(ask(`${address}:8080`), { network: 'bridge' }))).output).toBe(
      'outside\n',
    );
    const across = await run(bench, script(connects(`${address} 8080`), { network: safe.name }));
    expect(across.exitCode).not.toBe(0);
    const throughHost = await run(bench, script(connects(`172.17.0.1 ${port}`), { network: safe.name }));
    expect(throughHost.exitCode).not.toBe(0);

    await Promise.all([inside.remove(), outside.remove()]);
    await safe.remove();
  });

  test('keeps the RUN steps of a build from the host', async () => {
    const build = (network?: string) => {
      const context = pack();
      context.entry(
        { name: 'Dockerfile' },
        `FROM ${BUSYBOX}\nRUN nc -w 2 ${host.replace('$3', '\\$3')} ${port} </dev/null # ${network ?? 'own'}\n`,
      );
      context.finalize();
      return guarded.engine.build(
        {
          context: Readable.from(context, { objectMode: false }),
          dockerfile: 'Dockerfile',
          tag: `${guarded.install}/reaches-host:1`,
          labels: {},
          pull: false,
          limits: { memory: 0, cpus: 0, pids: 0 },
          auth: {},
          ...(network === undefined ? {} : { network }),
        },
        new AbortController().signal,
        () => {},
      );
    };
    await expect(build()).rejects.toMatchObject({ code: 'image_build' });
    await expect(build('bridge')).resolves.toMatchObject({ id: expect.any(String) });
  });
});
