import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CHAIN,
  type ContainerSpec,
  type StageDefinition,
  type StageSpec,
  type Trigger,
} from '../../src/pipeline/model.js';
import { type PlanInput, planRun } from '../../src/pipeline/plan.js';
import { container, push } from './examples.js';

const containerSpec: fc.Arbitrary<ContainerSpec> = fc
  .record({
    privileged: fc.boolean(),
    oomKillDisable: fc.boolean(),
    net: fc.option(fc.constantFrom('bridge', 'host', 'none', 'other'), { nil: undefined }),
    volumes: fc.array(fc.constantFrom('.:/src', './a:/b', '/:/host', 'named:/x')),
    devices: fc.array(fc.constantFrom('/dev/kvm')),
  })
  .map(({ net, ...asked }) => ({ ...container, ...asked, ...(net === undefined ? {} : { net }) }));

const spec: fc.Arbitrary<StageSpec> = fc.oneof(
  fc.tuple(containerSpec, fc.array(containerSpec, { maxLength: 2 })).map(
    ([main, others]): StageSpec => ({
      kind: 'container',
      container: main,
      services: others.map((service, index) => ({ ...service, name: `s${String(index)}` })),
      outputs: [],
    }),
  ),
  fc.constant<StageSpec>({
    kind: 'image_build',
    contextDir: '.',
    dockerfileName: 'Dockerfile',
    purpose: 'release',
    outputs: [],
  }),
  fc.constant<StageSpec>({ kind: 'publish' }),
  fc.constant<StageSpec>({ kind: 'deploy', targets: [] }),
);

const definitions: fc.Arbitrary<readonly StageDefinition[]> = fc.uniqueArray(
  fc
    .record({ name: fc.constantFrom(...CHAIN), part: fc.option(fc.constantFrom('a', 'b c', 'd:e')), spec })
    .map(
      ({ name, part, spec: its }): StageDefinition => ({
        id: part === null ? name : `${name}:${part}`,
        name,
        ...(part === null ? {} : { part }),
        spec: its,
        line: 1,
        column: 1,
      }),
    ),
  { selector: ({ id }) => id, maxLength: 8 },
);

const trigger: fc.Arbitrary<Trigger> = fc
  .record({
    event: fc.constantFrom('push', 'tag', 'pull_request', 'merge_group', 'schedule', 'manual'),
    fork: fc.boolean(),
    tag: fc.option(fc.string(), { nil: undefined }),
    message: fc.oneof(fc.string(), fc.constantFrom('x [skip ci]', '[no ci]')),
  })
  .map(({ tag, ...rest }) => push({ ...rest, ...(tag === undefined ? {} : { tag }) }));

const input: fc.Arbitrary<PlanInput> = fc.record({
  definitions,
  trigger,
  repository: fc.record({ owner: fc.string({ minLength: 1 }), name: fc.string({ minLength: 1 }) }),
  trusted: fc.boolean(),
  registry: fc.option(fc.constantFrom('registry.example', 'localhost:5000/a/'), { nil: undefined }),
});

/** Throws on any attempt to change it. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

describe('any plan', () => {
  test('is the same for the same input, which it leaves alone', () => {
    fc.assert(
      fc.property(input, (given) => {
        expect(planRun(structuredClone(given))).toEqual(planRun(frozen(given)));
      }),
    );
  });

  test('is plain data: it survives its storage', () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planRun(given);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
    );
  });

  test('has each stage in exactly one job, or says why not', () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planRun(given);
        if (plan.skip !== undefined) {
          expect([plan.stages, plan.jobs]).toEqual([[], []]);
          return;
        }
        const ids = (stages: readonly { id: string }[]) => stages.map(({ id }) => id).toSorted();
        expect(ids(plan.stages)).toEqual(ids(given.definitions));
        const inJobs = plan.jobs.flatMap(({ stages }) => stages);
        for (const { id, skip } of plan.stages) {
          expect(inJobs.filter((stage) => stage === id)).toHaveLength(skip === undefined ? 1 : 0);
        }
        expect(inJobs.length).toBe(plan.stages.filter(({ skip }) => skip === undefined).length);
      }),
    );
  });

  test('keeps the order of the stages, in jobs that are not empty and wait for jobs that there are', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { stages, jobs } = planRun(given);
        const place = new Map(stages.map(({ id }, index) => [id, index]));
        const names = new Set(jobs.map(({ id }) => id));
        expect(names.size).toBe(jobs.length);
        for (const job of jobs) {
          const places = job.stages.map((id) => place.get(id) ?? -1);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          expect(places.length).toBeGreaterThan(0);
          expect(job.needs.every((need) => names.has(need) && need !== job.id)).toBe(true);
        }
      }),
    );
  });

  test('of a trusted repository with a registry refuses nothing', () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planRun({ ...given, trusted: true, registry: 'registry.example' });
        expect(plan.stages.flatMap(({ refusals }) => refusals)).toEqual([]);
      }),
    );
  });

  test('without trust lets no stage have what needs it', () => {
    fc.assert(
      fc.property(input, (given) => {
        for (const { spec: its, refusals } of planRun({ ...given, trusted: false }).stages) {
          if (its.kind !== 'container' || refusals.length > 0) continue;
          for (const one of [its.container, ...its.services]) {
            expect(one).toMatchObject({ privileged: false, oomKillDisable: false, devices: [] });
            expect(one.volumes.every((volume) => /^\.[:/]/.test(volume))).toBe(true);
            expect([undefined, 'bridge', 'none']).toContain(one.net);
          }
        }
      }),
    );
  });
});
