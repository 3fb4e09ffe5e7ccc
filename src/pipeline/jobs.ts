import { imageSource, isReleaseBuild, usesBuiltImage } from './built-image.js';
import { closuresOf } from './closures.js';
import type { Graph, StageGroup } from './graph.js';
import { labelsOf } from './labels.js';
import type { PlannedJob, PlannedStage, StageDefinition, StageId } from './model.js';
import { isChainStage } from './trigger.js';

/** The job of the default chain. */
export const CHAIN_JOB = 'chain';

/** A job before it is known what of it runs. */
export interface Sequence {
  readonly id: string;
  readonly stages: readonly StageId[];
}

/**
 * Which stages share a workspace. The chain's do, in order. A stage with `needs`, a cell and a stage of
 * `stages` has one of its own. The image that a build makes is on the build's machine: publish goes with it
 * whatever it needs, and so does what follows in the chain.
 */
export function sequencesOf(groups: readonly StageGroup[]): readonly Sequence[] {
  const chain: StageId[] = [];
  const sequences: StageId[][] = [chain];
  let current = chain;
  for (const { definition, members } of groups) {
    if (goesWithChain(definition) || (definition.name === 'publish' && holdsBuild(groups, current))) {
      current.push(...members);
      continue;
    }
    const own = members.map((member) => [member]);
    sequences.push(...own);
    if (isReleaseBuild(definition) && definition.options?.matrix === undefined) current = own[0] ?? current;
  }
  return named(sequences, chain);
}

function goesWithChain({ name, options }: StageDefinition): boolean {
  return isChainStage(name) && options?.needs === undefined && options?.matrix === undefined;
}

function holdsBuild(groups: readonly StageGroup[], sequence: readonly StageId[]): boolean {
  return groups.some(
    ({ definition, members }) => isReleaseBuild(definition) && members.some((id) => sequence.includes(id)),
  );
}

/** Ids that can be a part of a path, a label and a key in Redis, and still be read. */
const ID_LENGTH = 40;

function named(sequences: readonly (readonly StageId[])[], chain: readonly StageId[]): readonly Sequence[] {
  const taken = new Set([CHAIN_JOB]);
  return sequences
    .filter(({ length }) => length > 0)
    .map((stages) => {
      if (stages === chain) return { id: CHAIN_JOB, stages };
      const slug = (stages[0] ?? '')
        .replaceAll(/[^A-Za-z0-9_]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, ID_LENGTH);
      let id = slug || 'job';
      for (let again = 2; taken.has(id); again += 1) id = `${slug}-${String(again)}`;
      taken.add(id);
      return { id, stages };
    });
}

/** The jobs of what runs, and in each stage whom of other jobs it waits for and whose artifacts it takes. */
export function jobsOf(
  stages: readonly PlannedStage[],
  graph: Graph,
  sequences: readonly Sequence[],
): { readonly stages: readonly PlannedStage[]; readonly jobs: readonly PlannedJob[] } {
  const running = new Set(stages.filter(({ skip }) => skip === undefined).map(({ id }) => id));
  const closures = closuresOf(graph.needs, running);
  const waitsFor = new Map<StageId, readonly StageId[]>();
  const jobs = sequences
    .map(({ id, stages: all }) => ({ id, stages: all.filter((stage) => running.has(stage)) }))
    .filter((job) => job.stages.length > 0);
  for (const job of jobs) {
    // What a stage waited for, those behind it in the job need not.
    const awaited = new Set<StageId>();
    for (const stage of job.stages) {
      const direct = closures.direct(stage);
      // As it is, it is one list for all cells of a matrix, and known.
      const foreign = awaited.size === 0 ? direct : direct.filter((need) => !awaited.has(need));
      const last = closures.last(foreign);
      if (last.length > 0) waitsFor.set(stage, last);
      if (job.stages.length > 1) for (const over of [stage, ...foreign]) awaited.add(over);
    }
  }
  const jobOf = new Map(jobs.flatMap((job) => job.stages.map((stage) => [stage, job.id] as const)));
  const keeping = new Set(stages.filter(({ options }) => options?.artifacts?.length).map(({ id }) => id));
  const usersOfImage = new Set(stages.filter(usesBuiltImage).map(({ id }) => id));
  // In one job the workspace is shared: what another stage of it keeps is there.
  const takenBy = (stage: StageId): readonly StageId[] =>
    (graph.named.get(stage) ?? []).filter(
      (from) => keeping.has(from) && running.has(from) && jobOf.get(from) !== jobOf.get(stage),
    );
  return {
    stages: stages.map((stage) => {
      const needed = waitsFor.get(stage.id);
      const taken = takenBy(stage.id);
      return {
        ...stage,
        ...(needed && { waitsFor: needed }),
        ...(taken.length > 0 && { takesFrom: taken }),
      };
    }),
    jobs: jobs.map((job) => ({
      ...job,
      ...runsOn(stages, job),
      ...imageOf(stages, usersOfImage, job),
      needs: [...new Set((waitsFor.get(job.stages[0] ?? '') ?? []).flatMap((need) => jobOf.get(need) ?? []))],
    })),
  };
}

function runsOn(stages: readonly PlannedStage[], job: Sequence): Pick<PlannedJob, 'runsOn'> {
  const labels = labelsOf(stages, job.stages);
  return labels.length === 0 ? {} : { runsOn: labels };
}

function imageOf(
  stages: readonly PlannedStage[],
  users: ReadonlySet<StageId>,
  job: Sequence,
): Pick<PlannedJob, 'imageOf'> {
  const uses = job.stages.some((id) => users.has(id));
  const source = uses ? imageSource(stages, job.stages) : undefined;
  return source?.kind === 'other' ? { imageOf: source.build } : {};
}
