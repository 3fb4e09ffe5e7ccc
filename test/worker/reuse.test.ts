import { describe, expect, test } from '@jest/globals';
import type { PlannedStage, StageFacts } from '../../src/pipeline/model.js';
import { CheckoutFailed, type Lease } from '../../src/worker/ports.js';
import type { WorkerDeps } from '../../src/worker/worker-deps.js';
import type { Program } from '../fakes/engine/fake-container.js';
import type { FakeEngine } from '../fakes/engine/fake-engine.js';
import { type Files, looking, writing } from './files.js';
import { MemoryDepot } from './memory-depot.js';
import {
  BUILD,
  bareCheckout,
  checkoutOf,
  container,
  createWorld,
  gate,
  IMAGE,
  leaseOf,
  planned,
  until,
  type World,
} from './world.js';

const FILES: Files = { Dockerfile: 'FROM scratch\n', 'main.go': 'main', 'readme.md': 'read' };

/** A stage that makes `bin`, out of what is written in go. */
const compile = (over: Partial<PlannedStage> = {}): PlannedStage =>
  planned(
    'compile',
    {
      kind: 'container',
      container: container({ commands: ['make'] }),
      services: [],
      outputs: ['/root/code/bin'],
    },
    { options: { inputs: ['*.go'] }, ...over },
  );
const use = planned('use', {
  kind: 'container',
  container: container({ commands: ['use'] }),
  services: [],
  outputs: [],
});

interface Run {
  readonly world: World;
  readonly facts: ReadonlyMap<string, StageFacts>;
  /** Stages whose program ran. */
  readonly ran: readonly string[];
  readonly checkouts: number;
}

/** A server that learns of results from the facts of stages that passed. */
function house() {
  const depot = new MemoryDepot();
  let run = 0;
  return {
    depot,
    async run(
      stages: readonly PlannedStage[],
      files: Files = FILES,
      over: {
        readonly lease?: Partial<Lease>;
        readonly deps?: Partial<WorkerDeps>;
        readonly use?: Program;
        readonly compile?: Program;
      } = {},
    ): Promise<Run> {
      run += 1;
      const programs = {
        compile: over.compile ?? writing({ bin: 'binary', junk: 'left' }),
        use: over.use ?? (() => 0),
      };
      const checkout = checkoutOf(files);
      const world = createWorld({ programs }, { depot, checkout, ...over.deps });
      await world.execute(leaseOf(stages, { run, ...over.lease }));
      for (const [stage, facts] of world.story.facts) {
        const { address, reusedFrom } = facts;
        if (address === undefined || reusedFrom !== undefined) continue;
        if (world.story.outcomes.get(stage)?.kind === 'passed')
          depot.results.set(address, { run, stage, facts });
      }
      const ran = world.engine.journal.flatMap((event) => /^go (.*)/.exec(event)?.[1] ?? []);
      return { world, facts: world.story.facts, ran, checkouts: checkout.count() };
    },
  };
}

describe('behind a stage that failed and was allowed to', () => {
  const may = compile({ options: { inputs: ['*.go'], allowFailure: true } });
  const always = compile({ options: { allowFailure: true } });
  const check = { ...use, options: { inputs: ['*.go'] } };

  test('a stage runs, and its result is nobody’s', async () => {
    const server = house();
    const broken = await server.run([may, check], FILES, { compile: () => 1 });
    expect(broken.ran).toEqual(['compile', 'use']);
    expect(broken.facts.get('use')).not.toHaveProperty('address');
    expect(broken.facts.get('use')?.notes).toEqual([
      'ran, and its result is not used again: a stage before it failed in the same workspace',
    ]);
    expect((await server.run([may, check])).ran).toEqual(['compile', 'use']);
    expect((await server.run([may, check])).ran).toEqual([]);
  });

  test('it takes none either, also where that was an earlier owner’s', async () => {
    const server = house();
    await server.run([always, check]);
    expect((await server.run([always, check])).ran).toEqual(['compile']);
    expect((await server.run([always, check], FILES, { compile: () => 1 })).ran).toEqual(['compile', 'use']);
    const outcome = { kind: 'neutral', message: 'failed', allowed: true } as const;
    const done = [{ stage: 'compile', outcome, facts: {} }];
    expect((await server.run([always, check], FILES, { lease: { done } })).ran).toContain('use');
  });
});

describe('a stage whose inputs did not change', () => {
  test('is not run again: no container is made, no file is checked out, and the check says why', async () => {
    const server = house();
    const first = await server.run([compile()]);
    expect(first).toMatchObject({ ran: ['compile'], checkouts: 1 });
    const { world, facts, checkouts } = await server.run([compile()], { ...FILES, 'readme.md': 'changed' });
    expect(world.engine.journal.filter((event) => /^(create|start|go|network)/.test(event))).toEqual([]);
    expect(checkouts).toBe(0);
    expect(world.story.outcomes.get('compile')).toEqual({ kind: 'passed' });
    expect(facts.get('compile')).toMatchObject({
      reusedFrom: { run: 1, stage: 'compile' },
      address: first.facts.get('compile')?.address,
      result: first.facts.get('compile')?.result,
    });
    expect(world.story.logs.get('compile')).toBe(
      'Nothing of its inputs changed since run 1: its result is used again.\n',
    );
  });

  test('leaves its outputs and artifacts to the next, and nothing else', async () => {
    const server = house();
    const stages = [compile({ options: { inputs: ['*.go'], artifacts: ['dist'] } }), use];
    const artifacts = writing({ 'bin/app': 'binary', 'bin/sh': '-> /bin/sh', 'dist/x': 'x', junk: 'left' });
    await server.run(stages, FILES, { compile: artifacts });
    let seen: Files = {};
    const { ran } = await server.run(stages, FILES, {
      use: looking((there) => {
        seen = there;
      }),
    });
    expect(ran).toEqual(['use']);
    expect(seen).toEqual({ ...FILES, 'bin/app': 'binary', 'bin/sh': '-> /bin/sh', 'dist/x': 'x' });
  });

  test('names the first run of several', async () => {
    const server = house();
    await server.run([compile()]);
    const second = await server.run([compile()]);
    const [address = ''] = server.depot.results.keys();
    server.depot.results.set(address, { run: 2, stage: 'compile', facts: second.facts.get('compile') ?? {} });
    const third = await server.run([compile()]);
    expect(third.facts.get('compile')?.reusedFrom).toEqual({ run: 1, stage: 'compile' });
  });

  test('does not keep the next from being armed ahead, nor is it armed itself', async () => {
    const server = house();
    const second = { ...compile({ id: 'use', name: 'use' }) };
    await server.run([compile(), second]);
    const changed = await server.run([compile(), { ...second, options: {} }]);
    expect(changed.world.engine.journal.filter((event) => event.startsWith('create'))).toEqual([
      'create use',
    ]);
  });
});

describe('it runs', () => {
  test.each<[string, Parameters<ReturnType<typeof house>['run']>]>([
    ['when an input changed', [[compile()], { ...FILES, 'main.go': 'changed' }]],
    ['when a file came that the patterns take', [[compile()], { ...FILES, 'new.go': 'new' }]],
    ['for a fork', [[compile()], FILES, { lease: { trigger: { ...leaseOf([]).trigger, fork: true } } }]],
    ['where the repository is trusted', [[compile()], FILES, { lease: { trusted: true } }]],
    [
      'when other artifacts are handed over',
      [[compile({ takesFrom: ['web'] })], FILES, { lease: { handed: { other: [] } } }],
    ],
  ])('%s', async (_, args) => {
    const server = house();
    await server.run([compile()]);
    expect((await server.run(...args)).ran).toEqual(['compile']);
  });

  test('when its image is another', async () => {
    const server = house();
    await server.run([compile()]);
    const world = createWorld(
      { images: { alpine: { id: 'sha256:newer' } } },
      { depot: server.depot, checkout: checkoutOf(FILES) },
    );
    await world.execute(leaseOf([compile()], { run: 9 }));
    expect(world.engine.journal).toContain('go compile');
  });

  test('when a stage before it without inputs may have left other files', async () => {
    const server = house();
    const before = planned('use', use.spec);
    await server.run([before, compile()]);
    expect((await server.run([before, compile()])).ran).toEqual(['use']);
    expect((await server.run([before, compile()], { ...FILES, 'readme.md': 'changed' })).ran).toEqual([
      'use',
      'compile',
    ]);
  });

  test('but not for other files when the stage before it has inputs of its own', async () => {
    const server = house();
    const before = planned('use', use.spec, { options: { inputs: ['Dockerfile'] } });
    await server.run([before, compile()]);
    expect((await server.run([before, compile()], { ...FILES, 'readme.md': 'changed' })).ran).toEqual([]);
    const other = await server.run([before, compile()], { ...FILES, Dockerfile: 'FROM busybox\n' });
    expect(other.ran).toEqual(['use', 'compile']);
  });

  test('when it is the same run: what it left is gone, and is made again', async () => {
    const server = house();
    await server.run([compile()]);
    expect((await server.run([compile()], FILES, { lease: { run: 1 } })).ran).toEqual(['compile']);
  });

  test('after it failed', async () => {
    const server = house();
    const world = createWorld({ programs: { compile: () => 1 } }, { depot: server.depot });
    await world.execute(leaseOf([compile()]));
    expect(world.story.facts.get('compile')?.address).toBeUndefined();
  });

  test.each<[string, Partial<WorkerDeps>, RegExp]>([
    [
      'the depot is away',
      {
        depot: Object.assign(new MemoryDepot(), { away: 'no answer' }),
      },
      /^whether its inputs changed is not known, so it ran: no answer$/,
    ],
    [
      'the files are not known',
      {
        checkout: {
          ...bareCheckout(async () => await Promise.resolve({ borrowed: [] })),
          tree: () => Promise.reject(new CheckoutFailed('no such commit')),
        },
      },
      /so it ran: no such commit$/,
    ],
  ])('and says so, when %s', async (_, deps, words) => {
    const { ran, facts, world } = await house().run([compile()], FILES, { deps });
    expect(ran).toEqual(['compile']);
    expect(world.story.outcomes.get('compile')).toEqual({ kind: 'passed' });
    expect(facts.get('compile')?.notes?.[0]).toMatch(words);
  });

  test('says which of its inputs take no file', async () => {
    const { facts } = await house().run([compile({ options: { inputs: ['*.go', 'scr/**', '!x'] } })]);
    expect(facts.get('compile')?.notes).toEqual(['inputs: no file of the commit is scr/**']);
  });
});

describe('the image of a build', () => {
  const build = planned('build', BUILD, { options: { inputs: ['*.go'] } });
  const publish = planned('publish', { kind: 'publish' });

  /** Two runs of the same stages on one engine; what becomes of the image between them. */
  async function twice(between: (engine: FakeEngine) => void, files: Files = FILES) {
    const server = house();
    const { world } = await server.run([build, publish]);
    between(world.engine);
    world.engine.journal.length = 0;
    const { engine } = world;
    const next = await server.run([build, publish], files, { deps: { engine } });
    return { engine, facts: next.facts, outcomes: next.world.story.outcomes };
  }

  test('is there for later runs on the same machine, which publish it', async () => {
    const { engine, facts, outcomes } = await twice(() => undefined);
    expect(engine.journal.filter((event) => /^(build|push)/.test(event))).toEqual([`push ${IMAGE}`]);
    expect(facts.get('build')).toMatchObject({ reusedFrom: { run: 1, stage: 'build' }, image: IMAGE });
    expect(outcomes.get('publish')).toEqual({ kind: 'passed' });
  });

  test('is built again where it is gone, and the check says so', async () => {
    const { engine, facts } = await twice(({ images }) => images.clear());
    expect(engine.journal.some((event) => event.startsWith('build'))).toBe(true);
    expect(facts.get('build')?.notes).toContain(
      'built again: the image of run 1 is not on this machine any more',
    );
  });

  test('is built again when its Dockerfile changed, which is always an input', async () => {
    const { engine } = await twice(() => undefined, { ...FILES, Dockerfile: 'FROM busybox\n' });
    expect(engine.journal.some((event) => event.startsWith('build'))).toBe(true);
  });
});

describe('the files of a result', () => {
  test('that are gone when a stage needs them fail that stage, and say what to run', async () => {
    const server = house();
    await server.run([compile(), use]);
    server.depot.blobs.clear();
    const { world } = await server.run([compile(), use]);
    expect(world.story.outcomes.get('use')).toMatchObject({
      failure: {
        code: 'workspace',
        message: expect.stringMatching(/of compile were not laid out.*run compile again/),
      },
    });
  });

  test('are laid out by the next owner, when the one before it had not needed them', async () => {
    const server = house();
    await server.run([compile(), use]);
    const first = createWorld({}, { depot: server.depot, checkout: checkoutOf(FILES) });
    let seen: Files = {};
    const [found] = server.depot.results.values();
    const facts = { ...found?.facts, reusedFrom: { run: 1, stage: 'compile' } };
    const next = createWorld(
      {
        programs: {
          use: looking((there) => {
            seen = there;
          }),
        },
      },
      { depot: server.depot, checkout: checkoutOf(FILES), workspaces: first.deps.workspaces },
    );
    // The first owner checks out, and loses the job where the files would be needed.
    first.story.loseAt = 'started use';
    await first.execute(leaseOf([compile(), use], { run: 60 }));
    const done = [{ stage: 'compile', outcome: { kind: 'passed' } as const, facts }];
    await next.execute(leaseOf([compile(), use], { run: 60, fence: 2, done }));
    expect(seen).toMatchObject({ bin: 'binary' });
    expect(next.story.events).not.toContain('started compile');
  });
});

describe('the fetch of the commit', () => {
  const slow = () => {
    const fetched = gate();
    let asked = false;
    const tree = async () => {
      asked = true;
      await fetched.passed;
      return [];
    };
    const world = createWorld({}, { checkout: { ...checkoutOf(FILES), tree } });
    const done = world.execute(leaseOf([compile()]));
    return { fetched, world, done, isAsked: () => asked };
  };
  const begun = ({ story }: World): boolean => story.events.includes('started compile');

  test('is over before the stage begins', async () => {
    const { fetched, world, done, isAsked } = slow();
    await until(isAsked);
    world.clock.advance(1999);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(begun(world)).toBe(false);
    fetched.open();
    await until(() => begun(world));
    await done;
  });

  test('is waited for no longer than people wonder', async () => {
    const { fetched, world, done } = slow();
    await until(() => {
      world.clock.advance(500);
      return begun(world);
    });
    fetched.open();
    await done;
  });
});
