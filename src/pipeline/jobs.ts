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

export function isReleaseBuild({ spec }: Pick<StageDefinition, 'spec'>): boolean {
  return spec.kind === 'image_build' && spec.purpose === 'release';
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
  const closures = closuresOf(graph, running);
  const waitsFor = new Map<StageId, readonly StageId[]>();
  // Those that no other of them has waited for already.
  const lastOf = memoised((foreign: readonly StageId[]) =>
    foreign.filter((need) => !foreign.some((other) => closures.get(other)?.all.has(need))),
  );
  const jobs = sequences
    .map(({ id, stages: all }) => ({ id, stages: all.filter((stage) => running.has(stage)) }))
    .filter((job) => job.stages.length > 0);
  for (const job of jobs) {
    // What a stage waited for, those behind it in the job need not.
    const awaited = new Set<StageId>(job.stages);
    for (const stage of job.stages) {
      const closure = closures.get(stage) ?? NOTHING;
      const foreign = [...closure.direct].filter((need) => !awaited.has(need));
      const last = lastOf(foreign);
      for (const need of foreign) awaited.add(need);
      if (last.length > 0) waitsFor.set(stage, last);
    }
  }
  const jobOf = new Map(jobs.flatMap((job) => job.stages.map((stage) => [stage, job.id] as const)));
  const keeping = new Set(stages.filter(({ options }) => options?.artifacts?.length).map(({ id }) => id));
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
      needs: [...new Set((waitsFor.get(job.stages[0] ?? '') ?? []).flatMap((need) => jobOf.get(need) ?? []))],
    })),
  };
}

function runsOn(stages: readonly PlannedStage[], job: Sequence): Pick<PlannedJob, 'runsOn'> {
  const labels = labelsOf(stages, job.stages);
  return labels.length === 0 ? {} : { runsOn: labels };
}

interface Closure {
  /** Those that run and are needed by it, or by what it needs that does not run. */
  readonly direct: ReadonlySet<StageId>;
  /** … and all that are needed by these, however far before. */
  readonly all: ReadonlySet<StageId>;
}

const NOTHING: Closure = { direct: new Set(), all: new Set() };

/** A stage that is left out stands in nobody's way, and hands on what it needed itself. */
function closuresOf({ needs }: Graph, running: ReadonlySet<StageId>): ReadonlyMap<StageId, Closure> {
  const closures = new Map<StageId, Closure>();
  const closureOf = memoised((direct: readonly StageId[]): Closure => {
    const all = new Set(direct);
    for (const need of direct) for (const further of closures.get(need)?.all ?? []) all.add(further);
    return { direct: new Set(direct), all };
  });
  for (const stage of needsFirst(needs)) {
    const direct = new Set<StageId>();
    for (const need of needs.get(stage) ?? []) {
      if (running.has(need)) direct.add(need);
      else for (const behind of closures.get(need)?.direct ?? []) direct.add(behind);
    }
    closures.set(stage, closureOf([...direct]));
  }
  return closures;
}

/** The cells of a matrix need the same: 256 that need 256 are worked out once. */
function memoised<T>(work: (ids: readonly StageId[]) => T): (ids: readonly StageId[]) => T {
  const known = new Map<string, T>();
  return (ids) => {
    const key = JSON.stringify(ids);
    const found = known.get(key) ?? work(ids);
    known.set(key, found);
    return found;
  };
}

/** Stages in an order in which each comes behind what it needs. */
function needsFirst(needs: Graph['needs']): readonly StageId[] {
  const open = new Map([...needs].map(([stage, needed]) => [stage, needed.size]));
  const behind = new Map<StageId, StageId[]>();
  for (const [stage, needed] of needs) {
    for (const need of needed) {
      const list = behind.get(need);
      if (list === undefined) behind.set(need, [stage]);
      else list.push(stage);
    }
  }
  const order = [...open].filter(([, count]) => count === 0).map(([stage]) => stage);
  // The array grows while it is walked, until everything is in it.
  for (const stage of order) {
    for (const next of behind.get(stage) ?? []) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}
