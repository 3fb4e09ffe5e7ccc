import { imageName } from './image-name.js';
import type { Plan, PlannedJob, PlannedStage, Repository, StageDefinition, Trigger } from './model.js';
import { refusals } from './policy.js';
import { skipCi, stageRuns } from './trigger.js';

/** Cyclone v0.2's worker timeout. */
export const DEFAULT_TIMEOUT_SECONDS = 2 * 60 * 60;

/** The job of the default chain. */
export const CHAIN_JOB = 'chain';

export interface PlanInput {
  /** In execution order. */
  readonly definitions: readonly StageDefinition[];
  readonly repository: Pick<Repository, 'owner' | 'name'>;
  readonly trigger: Trigger;
  readonly trusted: boolean;
  /** REGISTRY_LOCATION; undefined: there is nowhere to publish to. */
  readonly registry?: string | undefined;
}

/** Decides what runs, and why the rest does not. Pure: the same input gives the same plan. */
export function planRun(input: PlanInput): Plan {
  const marker = skipCi(input.trigger.message);
  const image = imageName(input.repository, input.trigger, input.registry);
  if (marker !== undefined) {
    const message = `the commit message says ${marker}`;
    return { version: 1, image, skip: { kind: 'condition', message }, stages: [], jobs: [] };
  }
  const stages = input.definitions.map((definition) => planStage(definition, input));
  return { version: 1, image, stages, jobs: chain(stages) };
}

function planStage(definition: StageDefinition, input: PlanInput): PlannedStage {
  const verdict = stageRuns(definition.name, input.trigger);
  return {
    ...definition,
    timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
    ...(verdict.runs ? {} : { skip: verdict.reason }),
    refusals: [...refusals(definition, input.trusted), ...noRegistry(definition, input.registry)],
  };
}

function noRegistry(definition: StageDefinition, registry: string | undefined): string[] {
  return definition.spec.kind === 'publish' && registry === undefined
    ? ['there is no registry to publish to: REGISTRY_LOCATION is not set on the server']
    : [];
}

function chain(stages: readonly PlannedStage[]): PlannedJob[] {
  const running = stages.filter((stage) => stage.skip === undefined);
  return running.length === 0 ? [] : [{ id: CHAIN_JOB, stages: running.map((stage) => stage.id), needs: [] }];
}
