import type { Plan, Repository, StageId, Trigger } from './model.js';

/** What of a run decides whose caches and results it may use. */
export interface Sharer {
  readonly repository: Pick<Repository, 'defaultBranch'>;
  readonly trigger: Pick<Trigger, 'fork' | 'base'>;
  /** As it is stored: `branch:main`, `pull:7`. */
  readonly scope: string;
  readonly trusted: boolean;
}

/**
 * Where a run keeps its caches, and what it may read, the nearest first. A tag or a pull request reads what its
 * base and the default branch wrote, and never the other way round: what runs later on main is not what somebody
 * proposed. A fork's pull request has a room of its own.
 */
export function cacheScopes(run: Sharer): { readonly own: string; readonly readable: readonly string[] } {
  if (run.trigger.fork) {
    const own = ofFork(run);
    return { own, readable: [own] };
  }
  const branches = [run.trigger.base, run.repository.defaultBranch].filter((name) => name !== undefined);
  return { own: run.scope, readable: [...new Set([run.scope, ...branches.map((name) => `branch:${name}`)])] };
}

/**
 * Among whom results of stages are shared. A content address covers all that a stage is made of, whatever the
 * branch; but what a fork's code made, and what was made with the rights of a trusted repository, stays apart.
 * Caches are in no address: what was made of them goes as far as they do.
 * @returns where a result of the stage is kept
 */
export function resultDomain(run: Sharer & { readonly plan: Plan }, stage: StageId): string {
  return isOfCaches(run.plan, stage) ? ofCaches(run, cacheScopes(run).own) : ofContent(run);
}

/** Where a run may look for results, the nearest first. */
export function resultDomains(run: Sharer): readonly string[] {
  return [ofContent(run), ...cacheScopes(run).readable.map((scope) => ofCaches(run, scope))];
}

function ofContent(run: Sharer): string {
  if (run.trigger.fork) return ofFork(run);
  return run.trusted ? 'trusted' : 'own';
}

function ofCaches(run: Sharer, scope: string): string {
  return `${ofContent(run)} caches ${scope}`;
}

/** Whether the stage has caches, or one that used the workspace before it. */
function isOfCaches({ stages, jobs }: Plan, stage: StageId): boolean {
  const all = jobs.find((job) => job.stages.includes(stage))?.stages ?? [stage];
  const until = new Set(all.slice(0, all.indexOf(stage) + 1));
  return stages.some(
    ({ id, skip, options }) => until.has(id) && skip === undefined && (options?.cache ?? []).length > 0,
  );
}

function ofFork({ scope }: Sharer): string {
  return `fork:${scope}`;
}
