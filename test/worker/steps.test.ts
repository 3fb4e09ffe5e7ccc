import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type {
  ContainerSpec,
  ContainerStage,
  ImageBuildStage,
  ServiceSpec,
} from '../../src/pipeline/model.js';
import { type Checkout, EngineRefused } from '../../src/worker/ports.js';
import { tarOf } from './files.js';
import {
  BUILD,
  bareCheckout,
  container,
  createWorld,
  gate,
  IMAGE,
  leaseOf,
  planned,
  script,
  service,
  until,
} from './world.js';

const stageOf = (over: Partial<ContainerSpec>, services: readonly ServiceSpec[] = []): ContainerStage => ({
  kind: 'container',
  container: container(over),
  services,
  outputs: [],
});

/** Forever, until it is killed: what a service does. */
const serve = async ({ killed }: { killed: Promise<void> }): Promise<number> => {
  await killed;
  return 137;
};

describe('a container', () => {
  test('is made as the contract says', async () => {
    const world = createWorld();
    const seen: unknown[] = [];
    const create = world.engine.container.bind(world.engine);
    world.engine.container = async (spec) => {
      seen.push(spec);
      return await create(spec);
    };
    const spec = {
      commands: ['true'],
      environment: ['A=1'],
      memLimit: 1024,
      cpuset: '0',
      dns: ['1.1.1.1'],
      extraHosts: ['x:1.2.3.4'],
      ports: ['80:80'],
    };
    await world.execute(leaseOf([planned('a', stageOf(spec))]));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      user: '0',
      stdin: true,
      workingDir: '/root/code',
      labels: {
        'cyclone.install': 'test',
        'cyclone.worker': 'w1',
        'cyclone.run': '7',
        'cyclone.job': 'chain',
        'cyclone.fence': '1',
      },
      environment: expect.arrayContaining(['A=1', 'CYCLONE_STAGE=a']),
      limits: { memory: 1024, cpus: 2, pids: 1024 },
      cpuset: '0',
      dns: ['1.1.1.1'],
      extraHosts: ['x:1.2.3.4'],
      publish: [],
      devices: [],
      privileged: false,
      network: expect.stringMatching(/^cyclone-7-chain-/),
    });
  });

  test.each<[string, Partial<ContainerSpec>]>([
    ['privileged', { privileged: true }],
    ['oom_kill_disable', { oomKillDisable: true }],
    ['devices', { devices: ['/dev/kvm'] }],
    ['net: host', { net: 'host' }],
    ['net: container:', { net: 'container:other' }],
    ['host volume', { volumes: ['/var/run/docker.sock:/var/run/docker.sock'] }],
  ])('with %s is refused again when the plan did not', async (_, over) => {
    const world = createWorld();
    await world.execute(leaseOf([planned('a', stageOf({ commands: ['true'], ...over }))]));
    expect(world.story.outcomes.get('a')).toMatchObject({ failure: { code: 'refused_by_policy' } });
    expect(world.engine.journal).not.toContain('create a');
  });

  test('with all of it runs when the repository is trusted', async () => {
    const world = createWorld();
    const over = {
      privileged: true,
      devices: ['/dev/null'],
      net: 'host',
      volumes: ['/tmp:/x'],
      ports: ['80:80'],
    };
    await world.execute(leaseOf([planned('a', stageOf({ commands: ['true'], ...over }))], { trusted: true }));
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
  });

  test('without a shell fails and names the image', async () => {
    const world = createWorld({ images: { distroless: { hasShell: false } } });
    await world.execute(leaseOf([planned('a', stageOf({ image: 'distroless', commands: ['true'] }))]));
    expect(world.story.outcomes.get('a')).toMatchObject({
      failure: { code: 'no_shell', message: 'image distroless has no /bin/sh, which commands need' },
    });
  });

  test('without commands runs its own, and the engine tells the exit', async () => {
    const world = createWorld({
      programs: {
        a: (running) => {
          running.print(`ran ${running.spec.command?.join(' ')}\n`);
          return 2;
        },
      },
    });
    await world.execute(leaseOf([planned('a', stageOf({ command: ['serve', '--once'] }))]));
    expect(world.story.logs.get('a')).toBe('$ serve --once\nran serve --once\n');
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'failed',
      failure: { code: 'exit', message: '', exitCode: 2 },
    });
    expect(world.story.facts.get('a')).toMatchObject({ exitCode: 2, image: 'alpine', worker: 'w1' });
  });

  test('too long a script is refused with its size', async () => {
    const world = createWorld();
    await world.execute(leaseOf([planned('a', script('x'.repeat(800 * 1024)))]));
    expect(world.story.outcomes.get('a')).toMatchObject({ failure: { code: 'container' } });
  });

  test('brings its outputs into the workspace before the next stage', async () => {
    const world = createWorld({
      archive: (file) => (file === '/go/bin/app' ? tarOf('app', 'binary') : undefined),
    });
    const made = { ...script('make'), outputs: ['/go/bin/app'] };
    let seen = '';
    const code = path.join(world.deps.workspaces, '7-chain/code/app');
    const stageStarted = world.story.stageStarted.bind(world.story);
    world.story.stageStarted = async (stage) => {
      if (stage === 'b') seen = readFileSync(code, 'utf8');
      await stageStarted(stage);
    };
    await world.execute(leaseOf([planned('a', made), planned('b', script('true'))]));
    expect(seen).toBe('binary');
  });

  test('fails on a missing output, by its name', async () => {
    const world = createWorld();
    await world.execute(leaseOf([planned('a', { ...script('make'), outputs: ['/go/bin/app'] })]));
    expect(world.story.outcomes.get('a')).toMatchObject({
      failure: { code: 'output', message: 'output /go/bin/app does not exist' },
    });
  });
});

describe('ports', () => {
  const PORTS = stageOf({ commands: ['true'], ports: ['18999:80', '90'] }, [
    service('db', { ports: ['15432:5432'] }),
  ]);

  test('of a repository that is not trusted stay in the run, and the check says so', async () => {
    const world = createWorld({ programs: { db: serve } });
    const published = publishedBy(world.engine);
    await world.execute(leaseOf([planned('a', PORTS)]));
    expect(published).toEqual([[], []]);
    expect(world.story.facts.get('a')?.notes).toEqual([
      'ports 18999:80 are not published on the host: only repositories in CYCLONE_TRUSTED_REPOS may; containers of the run reach them',
      'ports 15432:5432 of service db are not published on the host: only repositories in CYCLONE_TRUSTED_REPOS may; containers of the run reach them',
    ]);
  });

  test('of a trusted one are published', async () => {
    const world = createWorld({ programs: { db: serve } });
    const published = publishedBy(world.engine);
    await world.execute(leaseOf([planned('a', PORTS)], { trusted: true }));
    expect(published.flat().sort()).toEqual(['15432:5432', '18999:80']);
    expect(world.story.facts.get('a')?.notes).toBeUndefined();
  });

  /** What each container that is created shall publish. */
  function publishedBy(engine: ReturnType<typeof createWorld>['engine']): (readonly string[])[] {
    const published: (readonly string[])[] = [];
    const create = engine.container.bind(engine);
    engine.container = async (spec) => {
      published.push(spec.publish);
      return await create(spec);
    };
    return published;
  }
});

describe('services', () => {
  const withServices = (...services: readonly ServiceSpec[]): ContainerStage =>
    stageOf({ commands: ['true'] }, services);

  test('start in file order before the commands, and are dead before the stage has ended', async () => {
    const world = createWorld({ programs: { db: serve, cache: serve } });
    const services = [service('db', { volumes: ['.:/w'] }), service('cache', { volumes: ['.:/w'] })];
    await world.execute(leaseOf([planned('integration', withServices(...services))]));
    const order = world.engine.journal.filter((event) => /^(start (db|cache)|go|kill)/.test(event));
    expect(order.slice(0, 3)).toEqual(['start db', 'start cache', 'go integration']);
    expect(order.slice(3).sort()).toEqual(['kill cache', 'kill db']);
    expect(world.story.facts.get('integration')?.services).toEqual(['db', 'cache']);
  });

  test('that see nothing of the workspace are removed behind: only their last words are waited for', async () => {
    const world = createWorld({ programs: { db: serve }, images: { redis: {} } });
    const removed = gate();
    const create = world.engine.container.bind(world.engine);
    world.engine.container = async (spec) => {
      const made = await create(spec);
      const remove = made.remove.bind(made);
      if (spec.imageName === 'redis')
        made.remove = async () => {
          await remove();
          await removed.passed;
        };
      return made;
    };
    const after = planned('after', script('true'));
    const lease = leaseOf([planned('a', withServices(service('db', { image: 'redis' }))), after]);
    const done = world.execute(lease);
    await until(() => world.engine.journal.includes('go after'));
    expect(world.engine.journal).not.toContain('kill db');
    removed.open();
    await done;
    expect(world.story.outcomes.get('after')).toEqual({ kind: 'passed' });
  });

  test('are awaited when their image knows its health', async () => {
    const world = createWorld({
      programs: { db: serve },
      images: { pg: { hasHealthcheck: true, health: 'unhealthy' } },
    });
    await world.execute(leaseOf([planned('integration', withServices(service('db', { image: 'pg' })))]));
    expect(world.story.outcomes.get('integration')).toMatchObject({
      failure: { code: 'service', message: 'service db did not become healthy' },
    });
    expect(world.engine.journal).not.toContain('go integration');
  });

  test('that die early are named, with their last words', async () => {
    const dead = gate();
    const world = createWorld({
      programs: {
        db: (running) => {
          running.print('no space left\n');
          return 1;
        },
        integration: async () => {
          await dead.passed;
          return 1;
        },
      },
    });
    const done = world.execute(leaseOf([planned('integration', withServices(service('db')))]));
    await until(() => world.engine.journal.includes('go integration'));
    await until(() => world.engine.containerOf('db').state === 'exited');
    await new Promise((resolve) => setImmediate(resolve));
    dead.open();
    await done;
    expect(world.story.facts.get('integration')?.notes).toEqual([
      'service db exited 1 before the stage ended',
    ]);
    expect(world.story.logs.get('integration')).toContain('no space left');
    expect(world.story.outcomes.get('integration')).toMatchObject({ failure: { code: 'exit' } });
  });

  test('show no half of a secret where their last words are cut', async () => {
    const dead = gate();
    const world = createWorld({
      programs: {
        db: (running) => {
          running.print(`hunter2-hunter2${'x'.repeat(4090)}\n`);
          return 1;
        },
        integration: async () => {
          await dead.passed;
          return 1;
        },
      },
    });
    const lease = leaseOf([planned('integration', withServices(service('db')))], {
      secrets: ['hunter2-hunter2'],
    });
    const done = world.execute(lease);
    await until(() => world.engine.journal.includes('go integration'));
    await until(() => world.engine.containerOf('db').state === 'exited');
    await new Promise((resolve) => setImmediate(resolve));
    dead.open();
    await done;
    const log = world.story.logs.get('integration') ?? '';
    expect(log).toMatch(/\*\*\*x{4090}\n/);
    expect(log).not.toContain('nter2x');
  });

  test('that cannot run their commands are named, with the image as the file has it', async () => {
    const world = createWorld({ images: { 'acme/distroless:1': { hasShell: false } } });
    const db = service('db', { image: 'acme/distroless:1', commands: ['serve'] });
    await world.execute(leaseOf([planned('integration', withServices(db))]));
    expect(world.story.outcomes.get('integration')).toEqual({
      kind: 'failed',
      failure: {
        code: 'service',
        message: 'service db: the image acme/distroless:1 has no /bin/sh to run commands with',
      },
    });
  });

  test('answer to their name and to every alias', async () => {
    const world = createWorld({ programs: { db: serve } });
    const aliases: (readonly string[])[] = [];
    const create = world.engine.container.bind(world.engine);
    world.engine.container = async (spec) => {
      aliases.push(spec.aliases);
      return await create(spec);
    };
    const stage = stageOf({ commands: ['true'], links: ['db:postgres', 'db'] }, [service('db')]);
    await world.execute(leaseOf([planned('integration', stage)]));
    expect(aliases).toContainEqual(['db', 'postgres']);
  });

  test.each([
    [['nope'], /no service of that name \(there is db, cache\)/],
    [['cache:db'], /db is already the name of service db/],
    [['db:x', 'cache:x'], /x is already the name of service db/],
  ])('link %j fails clearly', async (links, message) => {
    const world = createWorld();
    const stage = stageOf({ commands: ['true'], links }, [service('db'), service('cache')]);
    await world.execute(leaseOf([planned('integration', stage)]));
    expect(world.story.outcomes.get('integration')).toMatchObject({
      failure: { code: 'service', message: expect.stringMatching(message) },
    });
  });

  test('that do not need the workspace start while the stage before runs', async () => {
    const first = gate();
    const world = createWorld({
      programs: {
        db: serve,
        app: serve,
        a: async () => {
          await first.passed;
          return 0;
        },
      },
    });
    const services = [service('db'), service('app', { volumes: ['.:/w'] })];
    const done = world.execute(
      leaseOf([planned('a', script('true')), planned('b', withServices(...services))]),
    );
    await until(() => world.engine.journal.includes('start db'));
    expect(world.engine.journal).not.toContain('start app');
    first.open();
    await done;
    expect(world.engine.journal).toContain('start app');
    expect(world.story.outcomes.get('b')).toEqual({ kind: 'passed' });
  });
});

describe('an image build', () => {
  const checkout = (make: (directory: string) => void): Checkout =>
    bareCheckout(({ directory }) => {
      make(directory);
      return Promise.resolve({ borrowed: [] });
    });
  const build = (over: Partial<ImageBuildStage>): ImageBuildStage => ({
    ...(BUILD as ImageBuildStage),
    ...over,
  });

  test('makes the image that later stages run in', async () => {
    const images: string[] = [];
    const world = createWorld();
    const create = world.engine.container.bind(world.engine);
    world.engine.container = async (spec) => {
      images.push(spec.image);
      return await create(spec);
    };
    await world.execute(
      leaseOf([
        planned('build', BUILD),
        planned('integration', stageOf({ image: 'BUILT_IMAGE', commands: ['true'] })),
      ]),
    );
    expect(world.story.outcomes.get('integration')).toEqual({ kind: 'passed' });
    expect(images[0]).toMatch(/^sha256:built/);
    expect(world.story.facts.get('integration')?.image).toBe(IMAGE);
    expect(world.engine.images.has(IMAGE)).toBe(false);
  });

  test('says under which limits its steps run', async () => {
    const world = createWorld();
    await world.execute(leaseOf([planned('build', BUILD), planned('a', script('true'))]));
    expect(world.story.facts.get('build')?.notes).toEqual([
      "RUN steps run under Docker's defaults: its capabilities, and no limit on the number of processes",
    ]);
    expect(world.story.facts.get('a')?.notes).toBeUndefined();
  });

  test('fails with the engine’s words, and its log is kept', async () => {
    const world = createWorld({
      build: async (_, log) => {
        await log(Buffer.from('Step 1/1 : RUN false\n'));
        throw new EngineRefused('image_build', 'RUN false returned 1');
      },
    });
    await world.execute(leaseOf([planned('build', BUILD), planned('publish', { kind: 'publish' })]));
    expect(world.story.outcomes.get('build')).toEqual({
      kind: 'failed',
      failure: { code: 'image_build', message: 'RUN false returned 1' },
    });
    expect(world.story.logs.get('build')).toBe('Step 1/1 : RUN false\nRUN false returned 1\n');
    expect(world.story.events).not.toContain('started publish');
  });

  test('is read no faster than its log is sent', async () => {
    const sent = gate();
    let said = 0;
    const world = createWorld({
      build: async (_, log) => {
        for (; said < 1000; said += 1) await log(Buffer.alloc(1024 * 1024, 'x'));
      },
    });
    world.story.log = () => sent.passed;
    const done = world.execute(leaseOf([planned('build', BUILD)]));
    await until(() => world.engine.journal.some((event) => event.startsWith('build')));
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(said).toBeLessThan(10);
    said = 1000;
    sent.open();
    await done;
    expect(world.story.outcomes.get('build')).toEqual({ kind: 'passed' });
  });

  test.each<[string, Partial<ImageBuildStage>]>([
    ['a context above', { contextDir: '..' }],
    ['a context that is a link out', { contextDir: 'out' }],
    ['a context that is missing', { contextDir: 'nope' }],
    ['an absolute context', { contextDir: '/etc' }],
    ['a Dockerfile above', { dockerfileName: '../../x' }],
    ['a Dockerfile beside the context', { contextDir: 'sub', dockerfileName: '../Dockerfile' }],
    ['a Dockerfile that is a link out', { dockerfileName: 'linked' }],
    ['a Dockerfile that is missing', { dockerfileName: 'Dockerfile.nope' }],
  ])('refuses %s', async (_, over) => {
    const world = createWorld();
    const files = checkout((directory) => {
      mkdirSync(path.join(directory, 'sub'));
      writeFileSync(path.join(directory, 'Dockerfile'), '');
      symlinkSync('/etc', path.join(directory, 'out'));
      symlinkSync('/etc/hosts', path.join(directory, 'linked'));
    });
    await world.execute(leaseOf([planned('build', build(over))]), { checkout: files });
    expect(world.story.outcomes.get('build')).toMatchObject({ failure: { code: 'workspace' } });
    expect(world.engine.journal.some((event) => event.startsWith('build'))).toBe(false);
  });

  test('that is only for its outputs brings them and leaves no image', async () => {
    const world = createWorld({
      archive: (file) => (file === '/out/app' ? tarOf('app', 'binary') : undefined),
    });
    await world.execute(
      leaseOf([planned('pre_build', build({ purpose: 'outputs', outputs: ['/out/app'] }))]),
    );
    expect(world.story.outcomes.get('pre_build')).toEqual({ kind: 'passed' });
    expect(world.engine.journal).not.toContain('start pre-build');
    expect([...world.engine.images.keys()]).toEqual(['alpine']);
    expect(world.engine.journal.some((event) => event.startsWith('remove image sha256:built'))).toBe(true);
  });
});

describe('publish', () => {
  test('pushes once, and tells by what it can be pulled', async () => {
    const world = createWorld();
    await world.execute(leaseOf([planned('build', BUILD), planned('publish', { kind: 'publish' })]));
    expect(world.engine.journal.filter((event) => event.startsWith('push'))).toEqual([`push ${IMAGE}`]);
    expect(world.engine.journal).not.toContain(`published ${IMAGE}`);
    const facts = world.story.facts.get('publish');
    expect(facts?.published).toBe(`localhost:5000/acme/api@${facts?.imageDigest}`);
  });

  test('pushes the image of its own build, whatever the name means by now', async () => {
    const world = createWorld({
      programs: {
        // Another run of the tag builds meanwhile.
        integration: ({ spec }) => {
          const image = world.engine.images.get('alpine')!;
          world.engine.images.set(IMAGE, { ...image, id: 'sha256:untested', local: true });
          return spec.image.startsWith('sha256:built') ? 0 : 1;
        },
      },
    });
    const tests = stageOf({ image: 'BUILT_IMAGE', commands: ['true'] });
    await world.execute(
      leaseOf([
        planned('build', BUILD),
        planned('integration', tests),
        planned('publish', { kind: 'publish' }),
      ]),
    );
    expect(world.engine.registry.get(IMAGE)).toMatch(/^sha256:digest-of-built/);
  });

  test('of two runs of one tag use names of their own', async () => {
    const world = createWorld();
    const stages = [planned('build', BUILD)];
    await Promise.all([world.execute(leaseOf(stages)), world.execute(leaseOf(stages, { run: 8, fence: 2 }))]);
    const builds = world.engine.journal.filter((event) => event.startsWith('build'));
    expect(builds.sort()).toEqual(['build cyclone-test/run-7:1', 'build cyclone-test/run-8:2']);
  });

  test('without an image fails with that reason', async () => {
    const world = createWorld();
    await world.execute(leaseOf([planned('publish', { kind: 'publish' })]));
    expect(world.story.outcomes.get('publish')).toMatchObject({ failure: { code: 'publish' } });
  });

  test('uses the credentials of the image’s own registry', async () => {
    const world = createWorld();
    const used: unknown[] = [];
    const push = world.engine.push.bind(world.engine);
    world.engine.push = async (image, reference, options?: unknown) => {
      used.push((options as { auth?: unknown }).auth);
      return await push(image, reference);
    };
    const registries = {
      'localhost:5000': { username: 'a', password: 'right' },
      'docker.io': { username: 'b', password: 'wrong' },
    };
    await world.execute(
      leaseOf([planned('build', BUILD), planned('publish', { kind: 'publish' })], { registries }),
    );
    expect(used).toEqual([{ username: 'a', password: 'right' }]);
  });
});

test('deploy is neutral and says why', async () => {
  const world = createWorld();
  await world.execute(leaseOf([planned('deploy', { kind: 'deploy', targets: [] })]));
  expect(world.story.outcomes.get('deploy')).toEqual({
    kind: 'neutral',
    message: 'deploy is not supported yet',
  });
  expect(world.checkout.count()).toBe(0);
});

test('a stage that waits for an image shows what the registry says', async () => {
  const arrived = gate();
  const world = createWorld({ images: { golang: {} }, registry: () => arrived.passed });
  const done = world.execute(leaseOf([planned('a', stageOf({ image: 'golang', commands: ['true'] }))]));
  await until(() => world.checkout.count() === 1 && world.story.events.includes('started a'));
  await new Promise((resolve) => setImmediate(resolve));
  arrived.open();
  await done;
  expect(world.story.logs.get('a')).toContain('pulling golang\n');
});
