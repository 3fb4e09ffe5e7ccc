import fc from 'fast-check';
import {
  CHAIN,
  type Matrix,
  type Plan,
  type StageDefinition,
  type StageOptions,
  type StageSpec,
  type Trigger,
} from '../../../src/pipeline/model.js';
import { type PlanInput, planRun } from '../../../src/pipeline/plan.js';
import { container, definition, push, tag } from '../examples.js';

const BUILD: StageSpec = {
  kind: 'image_build',
  contextDir: '.',
  dockerfileName: 'Dockerfile',
  purpose: 'release',
  outputs: [],
};

/** A stage as a file would have it: `build` builds, `publish` publishes, the rest are containers. */
export function stage(name: string, options?: StageOptions): StageDefinition {
  const spec: Partial<Record<string, StageSpec>> = {
    build: BUILD,
    publish: { kind: 'publish' },
    deploy: { kind: 'deploy', targets: [] },
  };
  return { ...definition(name, spec[name]), ...(options && { options }) };
}

export function part(name: string, partName: string, options?: StageOptions): StageDefinition {
  return { ...stage(name, options), id: `${name}:${partName}`, part: partName };
}

export function withImage(name: string, image: string, options?: StageOptions): StageDefinition {
  return {
    ...stage(name, options),
    spec: { kind: 'container', container: { ...container, image }, services: [], outputs: [] },
  };
}

export function matrix(
  axes: Readonly<Record<string, readonly string[]>>,
  more: Partial<Matrix> = {},
): Matrix {
  return {
    axes: Object.entries(axes).map(([name, values]) => ({ name, values })),
    include: [],
    exclude: [],
    ...more,
  };
}

export function planOf(
  definitions: readonly StageDefinition[],
  trigger: Trigger = tag('v1'),
  more: Partial<PlanInput> = {},
): Plan {
  return planRun({
    definitions,
    repository: { owner: 'acme', name: 'api' },
    trigger,
    trusted: false,
    registry: 'registry.example',
    ...more,
  });
}

/** `{ chain: ['build', 'publish <lint'], lint: ['lint'] }`: jobs with their stages and what these wait for. */
export function shape(plan: Plan): Record<string, readonly string[]> {
  const stages = new Map(plan.stages.map((one) => [one.id, one]));
  return Object.fromEntries(
    plan.jobs.map((job) => [
      job.id,
      job.stages.map((id) => [id, ...(stages.get(id)?.waitsFor ?? []).map((need) => `<${need}`)].join(' ')),
    ]),
  );
}

export function skips(plan: Plan): Record<string, string> {
  return Object.fromEntries(plan.stages.flatMap(({ id, skip }) => (skip ? [[id, skip.message]] : [])));
}

export function refusalsOf(plan: Plan): Record<string, readonly string[]> {
  return Object.fromEntries(
    plan.stages.flatMap(({ id, refusals }) => (refusals.length > 0 ? [[id, refusals]] : [])),
  );
}

const OWN = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Files of any shape, also with circles and names that are not there. */
export const anyDefinitions: fc.Arbitrary<readonly StageDefinition[]> = fc
  .record({
    chain: fc.subarray([...CHAIN]),
    own: fc.subarray(OWN),
  })
  .chain(({ chain, own }) => {
    const names = [...chain, ...own];
    const options = fc.record(
      {
        needs: fc.uniqueArray(fc.constantFrom(...names, 'nobody'), { maxLength: 3 }),
        matrix: fc.constantFrom(matrix({ v: ['1', '2'] }), matrix({ v: ['1'], w: ['x', 'y'] }), matrix({})),
        allowFailure: fc.boolean(),
        when: fc.constantFrom({ branch: ['main'] }, { event: ['tag'] }, { branch: ['dev'] }),
      },
      { requiredKeys: [] },
    );
    return fc
      .tuple(...names.map(() => fc.option(options, { nil: undefined, freq: 2 })))
      .map((all) => names.map((name, index) => stage(name, all[index])));
  });

export const anyTrigger: fc.Arbitrary<Trigger> = fc.constantFrom(push(), tag('v1'), push({ branch: 'dev' }));
