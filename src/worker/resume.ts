import { letsGoOn } from '../pipeline/judgement.js';
import type { PlannedStage, StageId } from '../pipeline/model.js';
import type { Lease } from './ports.js';

/** What an owner of a job has to do. */
export interface Walk {
  readonly stages: readonly PlannedStage[];
  /** The workspace begins anew. */
  readonly fresh: boolean;
  /** Stages that are done again although an earlier owner had ended them. */
  readonly again: readonly StageId[];
  /** The first stage of a re-run that goes on in what the last try left. */
  readonly onWhatWasLeft?: StageId | undefined;
}

export interface Found {
  /** The commit's files are there as the last stage left them. */
  readonly workspaceWhole: boolean;
  /** The image that `build` made is still local. */
  readonly imageLocal: boolean;
  /** The job was over, and stages of it are run again. */
  readonly wasOver: boolean;
}

/**
 * The stages to walk, in order. What an earlier owner ended is not done again while what it left is
 * there; publish and deploy never. A failed stage was the job's last.
 */
export function planWalk(lease: Lease, found: Found): Walk {
  const done = new Map(lease.done.map(({ stage, outcome }) => [stage, outcome]));
  if ([...done.values()].some((outcome) => !letsGoOn(outcome)))
    return { stages: [], fresh: false, again: [] };
  const stages = jobStages(lease);
  const open = stages.filter((stage) => !done.has(stage.id));
  if (open.length === 0) return { stages: [], fresh: false, again: [] };
  const build = stages.find(isReleaseBuild);
  const rebuild = build !== undefined && done.has(build.id) && !found.imageLocal && open.some(needsImage);
  const isNeeded = (stage: PlannedStage): boolean => !done.has(stage.id) || (rebuild && stage === build);
  const resumed = stages.filter(isNeeded);
  // Run again from its first stage on, a job finds what it found the first time.
  const isOfUse = !found.wasOver || stages.some((stage) => done.has(stage.id) && needsWorkspace(stage));
  if (!resumed.some(needsWorkspace) || (found.workspaceWhole && isOfUse)) {
    const next = found.wasOver ? open.find(needsWorkspace) : undefined;
    return { stages: resumed, fresh: false, again: rebuild ? [build.id] : [], onWhatWasLeft: next?.id };
  }
  const anew = stages.filter((stage) => !done.has(stage.id) || isRepeatable(stage));
  return {
    stages: anew,
    fresh: true,
    again: anew.filter((stage) => done.has(stage.id)).map((stage) => stage.id),
  };
}

/** The job's stages that run at all. */
export function jobStages(lease: Pick<Lease, 'job' | 'plan'>): readonly PlannedStage[] {
  const byId = new Map(lease.plan.stages.map((stage) => [stage.id, stage]));
  return lease.job.stages.flatMap((id) => {
    const stage = byId.get(id);
    return stage === undefined || stage.skip !== undefined ? [] : [stage];
  });
}

export function needsWorkspace({ spec }: Pick<PlannedStage, 'spec'>): boolean {
  return spec.kind === 'container' || spec.kind === 'image_build';
}

export function isReleaseBuild({ spec }: PlannedStage): boolean {
  return spec.kind === 'image_build' && spec.purpose === 'release';
}

/** Also what only may use it: CYCLONE_IMAGE promises that it is there. */
function needsImage({ spec }: PlannedStage): boolean {
  return spec.kind === 'container' || spec.kind === 'publish';
}

/** The world outside saw the effect of the others. */
function isRepeatable({ spec }: PlannedStage): boolean {
  return spec.kind !== 'publish' && spec.kind !== 'deploy';
}
