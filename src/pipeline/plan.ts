import { imageSource, usesBuiltImage } from './built-image.js';
import { buildGraph, inOrder, type StageGroup } from './graph.js';
import { imageName } from './image-name.js';
import { jobsOf, type Sequence, sequencesOf } from './jobs.js';
import { type Cell, cellName, cellsOf } from './matrix.js';
import {
  type On,
  type Plan,
  type PlannedStage,
  type Repository,
  type StageDefinition,
  type StageSpec,
  type Trigger,
} from './model.js';
import { refusals } from './policy.js';
import { leftOut, skipCi } from './trigger.js';
import { stageLeftOut } from './when.js';

/** Cyclone v0.2's worker timeout. */
export const DEFAULT_TIMEOUT_SECONDS = 2 * 60 * 60;

export interface PlanInput {
  readonly definitions: readonly StageDefinition[];
  /** Which events run the file; absent: all of the table. */
  readonly on?: On | undefined;
  readonly repository: Pick<Repository, 'owner' | 'name'>;
  readonly trigger: Trigger;
  readonly trusted: boolean;
  /** REGISTRY_LOCATION; undefined: there is nowhere to publish to. */
  readonly registry?: string | undefined;
  /** Paths that the event changed; undefined: not known, and then filters and conditions on paths hold. */
  readonly changes?: readonly string[] | undefined;
}

/** Decides what runs, and why the rest does not. Pure: the same input gives the same plan. */
export function planRun(input: PlanInput): Plan {
  const image = imageName(input.repository, input.trigger, input.registry);
  // The words are about the push; what runs by the clock or by hand runs all the same.
  const isAsked = input.trigger.event === 'schedule' || input.trigger.event === 'manual';
  const marker = isAsked ? undefined : skipCi(input.trigger.message);
  const skip =
    marker === undefined
      ? leftOut(input.on, input.trigger, input.changes)
      : ({ kind: 'condition', message: `the commit message says ${marker}` } as const);
  if (skip !== undefined) return { version: 1, image, skip, stages: [], jobs: [] };

  const expanded = inOrder(input.definitions).map((definition) => expand(definition, input));
  const groups = expanded.map(({ definition, stages }): StageGroup => {
    return { definition, members: stages.map(({ id }) => id) };
  });
  const sequences = sequencesOf(groups);
  const graph = buildGraph(
    groups,
    sequences.map(({ stages }) => stages),
  );
  const checked = expanded
    .flatMap(({ stages }) => stages)
    .map((stage, _, all): PlannedStage => {
      const more = [...(graph.faults.get(stage.id) ?? []), ...noImage(stage, all, sequences)];
      return more.length === 0 ? stage : { ...stage, refusals: [...stage.refusals, ...more] };
    });
  return { version: 1, image, ...jobsOf(checked, graph, sequences) };
}

interface Expanded {
  readonly definition: StageDefinition;
  readonly stages: readonly PlannedStage[];
}

function expand(definition: StageDefinition, input: PlanInput): Expanded {
  const matrix = definition.options?.matrix;
  if (matrix === undefined) return { definition, stages: [planStage(definition, input)] };
  const cells = cellsOf(matrix).map((cell) => planStage(ofCell(definition, cell), input, cell));
  if (cells.length > 0) return { definition, stages: cells };
  const skip = { kind: 'condition', message: 'its matrix has no cells' } as const;
  return { definition, stages: [{ ...planStage(definition, input), skip }] };
}

function planStage(definition: StageDefinition, input: PlanInput, cell?: Cell): PlannedStage {
  const skip = stageLeftOut(definition, input.trigger, input.changes);
  return {
    ...definition,
    timeoutSeconds: definition.options?.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    ...(skip && { skip }),
    refusals: [
      ...refusals(definition, input.trusted),
      ...noRegistry(definition, input.registry),
      ...(input.trigger.fork ? proxies(definition) : []),
    ],
    ...(cell && { cell }),
  };
}

/** Values reach a script as environment only; those of a build are its arguments. */
function ofCell(definition: StageDefinition, cell: Cell): StageDefinition {
  const values = Object.entries(cell).map(([name, value]) => `${name}=${value}`);
  return {
    ...definition,
    id: `${definition.id} (${cellName(cell)})`,
    spec: withValues(definition.spec, values),
  };
}

function withValues(spec: StageSpec, values: readonly string[]): StageSpec {
  switch (spec.kind) {
    case 'container': {
      const environment = [...spec.container.environment, ...values];
      return { ...spec, container: { ...spec.container, environment } };
    }
    case 'image_build':
      return { ...spec, args: [...(spec.args ?? []), ...values] };
    case 'publish':
    case 'deploy':
      return spec;
  }
}

function noRegistry(definition: StageDefinition, registry: string | undefined): string[] {
  return definition.spec.kind === 'publish' && registry === undefined
    ? ['there is no registry to publish to: REGISTRY_LOCATION is not set on the server']
    : [];
}

/**
 * Docker leaves these out of what names a layer: what came through a stranger's proxy would be used by later builds.
 * https://docs.docker.com/reference/dockerfile/#predefined-args
 */
const PROXY = /^(?:https?|ftp|no|all)_proxy(?:=|$)/i;

function proxies({ spec }: StageDefinition): readonly string[] {
  const named = spec.kind === 'image_build' ? (spec.args ?? []).filter((arg) => PROXY.test(arg)) : [];
  return named.map((arg) => `${arg.split('=', 1)[0] ?? arg}: the build of a fork takes no proxy`);
}

/** Of several images none is the one that is meant. */
function noImage(
  stage: PlannedStage,
  all: readonly PlannedStage[],
  sequences: readonly Sequence[],
): readonly string[] {
  if (!usesBuiltImage(stage)) return [];
  const job = sequences.find(({ stages }) => stages.includes(stage.id));
  const source = imageSource(all, job?.stages ?? []);
  return source.kind === 'ambiguous'
    ? [`it is not known which image is meant: ${source.builds.join(', ')} each make one`]
    : [];
}
