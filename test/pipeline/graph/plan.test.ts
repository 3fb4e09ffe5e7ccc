import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Plan, PlannedStage, StageDefinition } from '../../../src/pipeline/model.js';
import { planRun } from '../../../src/pipeline/plan.js';
import { push, tag } from '../examples.js';
import {
  anyDefinitions,
  anyTrigger,
  matrix,
  part,
  planOf,
  refusalsOf,
  shape,
  skips,
  stage,
  withImage,
} from './definitions.js';

const FIVE = ['pre_build', 'build', 'integration', 'publish', 'post_build', 'deploy'].map((name) =>
  stage(name),
);

describe('the chain', () => {
  test('is one job, and nothing of it waits for anyone', () => {
    expect(shape(planOf(FIVE))).toEqual({
      chain: ['pre_build', 'build', 'integration', 'publish', 'post_build', 'deploy'],
    });
  });

  test('keeps the order of parts', () => {
    const plan = planOf([part('pre_build', 'web'), part('pre_build', 'api'), stage('build')]);
    expect(shape(plan)).toEqual({ chain: ['pre_build:web', 'pre_build:api', 'build'] });
  });

  test('a branch leaves out what is for tags, with the reason', () => {
    const plan = planOf(FIVE, push());
    expect(shape(plan)).toEqual({ chain: ['pre_build', 'build', 'integration'] });
    expect(skips(plan)).toEqual({
      publish: 'publish runs on tags; this is a push to main',
      post_build: 'post_build runs on tags; this is a push to main',
      deploy: 'deploy runs on tags; this is a push to main',
    });
  });
});

describe('stages of one’s own', () => {
  test('start at once; publish and deploy wait for them, and what comes between does not wait twice', () => {
    expect(shape(planOf([...FIVE, stage('lint')]))).toEqual({
      chain: ['pre_build', 'build', 'integration', 'publish <lint', 'post_build', 'deploy'],
      lint: ['lint'],
    });
  });

  test('one that may fail is waited for by nobody', () => {
    expect(shape(planOf([...FIVE, stage('lint', { allowFailure: true })]))['chain']).toEqual([
      'pre_build',
      'build',
      'integration',
      'publish',
      'post_build',
      'deploy',
    ]);
  });

  test('one that waits for publish is waited for by deploy alone', () => {
    const plan = planOf([...FIVE, stage('smoke', { needs: ['publish'] })]);
    expect(shape(plan)).toEqual({
      chain: ['pre_build', 'build', 'integration', 'publish', 'post_build', 'deploy <smoke'],
      smoke: ['smoke <publish'],
    });
  });

  test('one that waits for deploy is waited for by neither', () => {
    const plan = planOf([...FIVE, stage('after', { needs: ['deploy'] })]);
    expect(shape(plan)).toMatchObject({
      chain: ['pre_build', 'build', 'integration', 'publish', 'post_build', 'deploy'],
      after: ['after <deploy'],
    });
  });

  test('a diamond: two in the middle, each in a job of its own', () => {
    const plan = planOf([
      stage('top'),
      stage('left', { needs: ['top'] }),
      stage('right', { needs: ['top'] }),
      stage('bottom', { needs: ['left', 'right'] }),
    ]);
    expect(shape(plan)).toEqual({
      top: ['top'],
      left: ['left <top'],
      right: ['right <top'],
      bottom: ['bottom <left <right'],
    });
    expect(plan.jobs.find(({ id }) => id === 'bottom')?.needs).toEqual(['left', 'right']);
  });
});

describe('needs', () => {
  test('of a chain stage give it a job of its own; the next in the chain waits for it all the same', () => {
    const plan = planOf([stage('pre_build'), stage('integration', { needs: [] }), stage('post_build')]);
    expect(shape(plan)).toEqual({
      chain: ['pre_build', 'post_build <integration'],
      integration: ['integration'],
    });
  });

  test('of build move the chain behind it into its job: the image is there', () => {
    const plan = planOf([
      ...FIVE.slice(0, 1),
      stage('build', { needs: ['lint'] }),
      ...FIVE.slice(2),
      stage('lint'),
    ]);
    expect(shape(plan)).toEqual({
      chain: ['pre_build'],
      build: ['build <lint', 'integration <pre_build', 'publish', 'post_build', 'deploy'],
      lint: ['lint'],
    });
  });

  test('of publish only order it: it stays with the image', () => {
    const plan = planOf([
      stage('build'),
      stage('publish', { needs: ['lint'] }),
      stage('lint'),
      stage('docs'),
    ]);
    expect(shape(plan)).toMatchObject({ chain: ['build', 'publish <lint'] });
  });

  test('name all parts of a section, or one', () => {
    const parts = [part('pre_build', 'api'), part('pre_build', 'web')];
    const plan = planOf([
      ...parts,
      stage('x', { needs: ['pre_build'] }),
      stage('y', { needs: ['pre_build:api'] }),
    ]);
    expect(shape(plan)).toMatchObject({ x: ['x <pre_build:web'], y: ['y <pre_build:api'] });
  });

  test('on a stage that is left out hand on what that one needed', () => {
    const plan = planOf([
      stage('first'),
      stage('middle', { needs: ['first'], when: { branch: ['main'] } }),
      stage('last', { needs: ['middle'] }),
    ]);
    expect(shape(plan)).toEqual({ first: ['first'], last: ['last <first'] });
    expect(skips(plan)).toEqual({ middle: 'runs on branch main; this is tag v1' });
  });

  test('in a circle, or of nobody, fail their stages and no more', () => {
    const plan = planOf([
      stage('a', { needs: ['b'] }),
      stage('b', { needs: ['a'] }),
      stage('c', { needs: ['nobody'] }),
      stage('d'),
    ]);
    const circle = [expect.stringContaining('a → b → a')];
    expect(refusalsOf(plan)).toEqual({
      a: circle,
      b: circle,
      c: ['it needs nobody, which is no stage of this file'],
    });
  });
});

describe('a matrix', () => {
  const cells = matrix({ node: ['20', '22'], os: ['alpine', 'debian'] });

  test('becomes a job for each cell, with its values as environment, and is needed as a whole', () => {
    const plan = planOf([stage('test', { matrix: cells }), stage('after', { needs: ['test'] })]);
    expect(plan.stages.map(({ id }) => id)).toEqual([
      'after',
      'test (node=20, os=alpine)',
      'test (node=20, os=debian)',
      'test (node=22, os=alpine)',
      'test (node=22, os=debian)',
    ]);
    expect(plan.stages[1]).toMatchObject({
      name: 'test',
      cell: { node: '20', os: 'alpine' },
      spec: { container: { environment: ['node=20', 'os=alpine'] } },
    });
    expect(plan.stages[0]?.waitsFor).toHaveLength(4);
    expect(plan.jobs.map(({ id }) => id)).toContain('test-node-20-os-alpine');
  });

  test('one cell can be needed alone', () => {
    const plan = planOf([
      stage('test', { matrix: cells }),
      stage('after', { needs: ['test (node=20, os=alpine)'] }),
    ]);
    expect(shape(plan)['after']).toEqual(['after <test (node=20, os=alpine)']);
  });

  test('of a chain stage follows the chain; its cells do not wait for each other', () => {
    const plan = planOf([
      stage('pre_build'),
      stage('integration', { matrix: matrix({ v: ['1', '2'] }) }),
      stage('post_build'),
    ]);
    expect(shape(plan)).toEqual({
      chain: ['pre_build', 'post_build <integration (v=1) <integration (v=2)'],
      'integration-v-1': ['integration (v=1) <pre_build'],
      'integration-v-2': ['integration (v=2) <pre_build'],
    });
  });

  test('cells that read alike have jobs of different ids, and none takes the chain’s', () => {
    const plan = planOf([
      stage('build'),
      stage('chain'),
      stage('t', { matrix: matrix({ v: ['1.2', '1-2'] }) }),
    ]);
    expect(plan.jobs.map(({ id }) => id)).toEqual(['chain', 'chain-2', 't-v-1-2', 't-v-1-2-2']);
  });
});

describe('artifacts are taken', () => {
  const artifacts = ['dist'];
  const takesFrom = (definitions: readonly StageDefinition[], id: string): readonly string[] | undefined =>
    planOf(definitions).stages.find((one) => one.id === id)?.takesFrom;

  test('from the parts and cells that `needs` names, where they keep any', () => {
    const definitions = [
      part('pre_build', 'api', { artifacts }),
      part('pre_build', 'web'),
      stage('lint', { artifacts, matrix: matrix({ node: ['20', '22'] }) }),
      stage('e2e', { needs: ['pre_build', 'lint'] }),
    ];
    expect(takesFrom(definitions, 'e2e')).toEqual(['pre_build:api', 'lint (node=20)', 'lint (node=22)']);
  });

  test('from nobody without `needs`, and not from what is only waited for', () => {
    const definitions = [
      stage('a', { artifacts }),
      stage('b', { needs: ['a'] }),
      stage('c', { needs: ['b'] }),
      stage('publish'),
    ];
    expect(takesFrom(definitions, 'c')).toBeUndefined();
    expect(takesFrom(definitions, 'publish')).toBeUndefined();
  });

  test('not within one job, whose workspace is shared, nor from a stage that is left out', () => {
    const left = stage('lint', { artifacts, when: { branch: ['none'] } });
    const definitions = [stage('build', { artifacts }), left, stage('publish', { needs: ['build', 'lint'] })];
    expect(takesFrom(definitions, 'publish')).toBeUndefined();
  });
});

describe('the image of the build', () => {
  const imageOf = (plan: Plan) => Object.fromEntries(plan.jobs.map((job) => [job.id, job.imageOf]));
  const waitsFor = (plan: Plan, id: string) => plan.stages.find((one) => one.id === id)?.waitsFor;

  test('is used by jobs of their own, which wait for it whether they say so or not', () => {
    const e2e = withImage('e2e', 'BUILT_IMAGE', { needs: ['lint'] });
    const smoke = withImage('smoke', 'BUILT_IMAGE');
    const plan = planOf([stage('build'), e2e, smoke, stage('lint')]);
    expect(refusalsOf(plan)).toEqual({});
    expect(imageOf(plan)).toEqual({ chain: undefined, e2e: 'build', lint: undefined, smoke: 'build' });
    expect(waitsFor(plan, 'e2e')?.toSorted()).toEqual(['build', 'lint']);
    expect(waitsFor(plan, 'smoke')).toEqual(['build']);
  });

  test('is used by each cell of a matrix, and the last of several builds counts', () => {
    const cells = withImage('integration', 'BUILT_IMAGE', { matrix: matrix({ v: ['1', '2'] }) });
    const plan = planOf([part('build', 'api'), part('build', 'web'), cells]);
    expect(refusalsOf(plan)).toEqual({});
    expect(Object.values(imageOf(plan))).toEqual([undefined, 'build:web', 'build:web']);
  });

  test('is nobody’s when the build does not run, and a circle is refused in words', () => {
    const left = stage('build', { when: { branch: ['none'] } });
    expect(imageOf(planOf([left, withImage('smoke', 'BUILT_IMAGE')]))).toEqual({ smoke: undefined });
    const plan = planOf([stage('build', { needs: ['smoke'] }), withImage('smoke', 'BUILT_IMAGE')]);
    expect(refusalsOf(plan).build).toEqual([expect.stringContaining('needs go round in a circle')]);
  });

  test('of a matrix of builds cannot be published: there are several', () => {
    const plan = planOf([stage('build', { matrix: matrix({ v: ['1', '2'] }) }), stage('publish')]);
    expect(refusalsOf(plan)).toEqual({ publish: [expect.stringContaining('build (v=1), build (v=2)')] });
  });
});

test('a timeout of the file is the stage’s', () => {
  expect(planOf([stage('lint', { timeoutSeconds: 90 })]).stages[0]?.timeoutSeconds).toBe(90);
  expect(planOf([stage('lint')]).stages[0]?.timeoutSeconds).toBe(7200);
});

describe('property', () => {
  test('every plan is acyclic', () => {
    fc.assert(
      fc.property(anyDefinitions, anyTrigger, (definitions, trigger) => {
        expect(unreached(planOf(definitions, trigger))).toEqual([]);
      }),
    );
  });

  test('every stage is in exactly one job, or is left out for a reason', () => {
    fc.assert(
      fc.property(anyDefinitions, anyTrigger, (definitions, trigger) => {
        const plan = planOf(definitions, trigger);
        const inJobs = plan.jobs.flatMap(({ stages }) => stages);
        expect(new Set(inJobs).size).toBe(inJobs.length);
        const left = plan.stages.filter(({ skip }) => (skip?.message ?? '') !== '').map(({ id }) => id);
        expect([...inJobs, ...left].toSorted()).toEqual(plan.stages.map(({ id }) => id).toSorted());
        expect(new Set(plan.jobs.map(({ id }) => id)).size).toBe(plan.jobs.length);
        for (const definition of definitions)
          expect(plan.stages.some(({ name }) => name === definition.name)).toBe(true);
      }),
    );
  });

  test('the order of the sections has no meaning', () => {
    const shuffled = anyDefinitions.chain((definitions) =>
      fc.tuple(
        fc.constant(definitions),
        fc.shuffledSubarray([...definitions], { minLength: definitions.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, anyTrigger, ([definitions, other], trigger) => {
        expect(planOf(other, trigger)).toEqual(planOf(definitions, trigger));
      }),
    );
  });

  test('a stage never waits for one that does not run', () => {
    fc.assert(
      fc.property(anyDefinitions, anyTrigger, (definitions, trigger) => {
        const plan = planOf(definitions, trigger);
        const running = new Set(plan.jobs.flatMap(({ stages }) => stages));
        for (const { waitsFor = [] } of plan.stages)
          for (const id of waitsFor) expect(running.has(id)).toBe(true);
      }),
    );
  });
});

test('a file of v0.2 gives a plan without a word of all this', () => {
  const plan = planRun({
    definitions: FIVE,
    repository: { owner: 'acme', name: 'api' },
    trigger: tag('v1'),
    trusted: false,
    registry: 'r',
  });
  for (const one of plan.stages) {
    expect(Object.keys(one).toSorted()).toEqual([
      'column',
      'id',
      'line',
      'name',
      'refusals',
      'spec',
      'timeoutSeconds',
    ] satisfies (keyof PlannedStage)[]);
  }
});

/** Stages that could never begin, each job in its order. */
function unreached(plan: Plan): readonly string[] {
  const waitsFor = new Map(plan.stages.map((one) => [one.id, one.waitsFor ?? []]));
  const done = new Set<string>();
  for (let moved = true; moved; ) {
    moved = false;
    for (const job of plan.jobs) {
      const next = job.stages.find((id) => !done.has(id));
      if (next !== undefined && waitsFor.get(next)?.every((id) => done.has(id)) === true) {
        done.add(next);
        moved = true;
      }
    }
  }
  return plan.jobs.flatMap(({ stages }) => stages).filter((id) => !done.has(id));
}

describe('labels of workers', () => {
  test('of all stages of a job that run are the job’s: sorted, each once', () => {
    const { jobs } = planOf(
      [
        stage('pre_build', { runsOn: ['gpu', 'arm64'] }),
        stage('integration', { runsOn: ['arm64', 'large'] }),
        stage('post_build', { runsOn: ['windows'] }),
        stage('lint', { runsOn: ['tiny'] }),
        stage('docs'),
      ],
      push(),
    );
    expect(jobs.map(({ id, runsOn }) => [id, runsOn])).toEqual([
      ['chain', ['arm64', 'gpu', 'large']],
      ['docs', undefined],
      ['lint', ['tiny']],
    ]);
  });
});
