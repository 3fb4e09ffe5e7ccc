import { isNotAsked } from '../pipeline/asked.js';
import type { Lease, Plan, PlannedJob, RegistryAuth, StageId } from '../pipeline/model.js';
import { heldAt } from '../pipeline/progress.js';
import type { Advance } from './advance.js';
import type { Concurrency } from './concurrency.js';
import { handedTo } from './handed.js';
import type {
  Clock,
  CloneTokens,
  Fences,
  Logger,
  ReportedEvents,
  RunRecord,
  RunStore,
  SecretStore,
} from './ports.js';
import { grantSecrets } from './secrets.js';

export interface LeaseDeps {
  readonly store: RunStore;
  readonly advance: Advance;
  readonly concurrency: Concurrency;
  readonly fences: Fences;
  readonly reported: ReportedEvents;
  readonly tokens: CloneTokens;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Credentials by registry host. */
  readonly registries: Readonly<Record<string, RegistryAuth>>;
  /** The run's page, without a signature: stages print it. */
  readonly runUrl: (run: number) => string;
}

/** Undefined: the job is over, or its run was cancelled. */
export type GrantLease = (run: number, job: string, worker: string) => Promise<Lease | undefined>;

/**
 * Makes a worker the one owner of a job. First the fence is raised, so that an older owner can report
 * nothing more; then what it did report is applied; only then is it known which stages are done.
 */
export function createLease(deps: LeaseDeps): GrantLease {
  return async (run, jobId, worker) => {
    const before = await deps.store.load(run);
    const planned = before?.plan.jobs.find(({ id }) => id === jobId);
    if (before === undefined || planned === undefined || isOver(before, jobId)) {
      return undefined;
    }
    const held = before.progress.jobs.find(({ id }) => id === jobId)?.fence ?? 0;
    const fence = await deps.fences.raise(run, jobId, held);
    await deps.reported.settled();
    const record = await deps.advance.apply(run, {
      type: 'job_leased',
      job: jobId,
      fence,
      at: deps.clock.now(),
    });
    if (record === undefined || isOver(record, jobId)) {
      return undefined;
    }
    deps.logger.info({ run, job: jobId, worker, fence }, 'job leased');
    const job = withoutNotAsked(planned, record);
    const cloneToken = await deps.tokens.cloneToken(record.repository);
    const { masked, ...granted } = await grantSecrets(record, job, deps);
    // A stranger's file names images: with our password it would read what is private in our registry.
    const registries = record.trigger.fork ? {} : deps.registries;
    return {
      run,
      job,
      plan: record.plan,
      repository: record.repository,
      trigger: record.trigger,
      trusted: record.trusted,
      fence,
      cloneToken,
      registries,
      secrets: [cloneToken, ...passwords(registries), ...secretsOf(record.plan), ...masked],
      ...granted,
      ...handedTo(record, job),
      ...builtFor(record, job),
      ...history(record, job, await deps.concurrency.heldAt(record, job)),
      url: deps.runUrl(run),
    };
  };
}

/** Undefined: the job is over, or another owner's. */
export type RenewToken = (
  run: number,
  job: string,
  fence: number,
  refused: string,
) => Promise<string | undefined>;

/** A clone token in place of one that was revoked since the lease was given. */
export function createRenewToken({ store, tokens }: Pick<LeaseDeps, 'store' | 'tokens'>): RenewToken {
  return async (run, jobId, fence, refused) => {
    const record = await store.load(run);
    const job = record?.progress.jobs.find(({ id }) => id === jobId);
    if (record === undefined || job?.fence !== fence || isOver(record, jobId)) return undefined;
    return await tokens.cloneToken(record.repository, refused);
  };
}

function isOver(record: RunRecord, jobId: string): boolean {
  const job = record.progress.jobs.find(({ id }) => id === jobId);
  return record.progress.run.status === 'completed' || job?.status === 'done';
}

/** A worker that begins anew would do whatever is done once more: of what was never to run it does not hear. */
function withoutNotAsked(job: PlannedJob, { progress }: RunRecord): PlannedJob {
  const left = new Set(progress.stages.filter(({ state }) => isNotAsked(state)).map(({ id }) => id));
  return { ...job, stages: job.stages.filter((stage) => !left.has(stage)) };
}

/** An image that another job's build made. */
function builtFor({ progress }: RunRecord, { imageOf }: PlannedJob): Pick<Lease, 'built'> {
  const state = progress.stages.find(({ id }) => id === imageOf)?.state;
  const image = state?.status === 'completed' ? state.facts.imageDigest : undefined;
  return imageOf === undefined || image === undefined ? {} : { built: { by: imageOf, image } };
}

function history(
  record: RunRecord,
  job: PlannedJob,
  ungrouped: StageId | undefined,
): Pick<Lease, 'done' | 'begun' | 'until'> {
  const stages = record.progress.stages.filter((stage) => job.stages.includes(stage.id));
  const done = stages.flatMap(({ id, state }) =>
    state.status === 'completed' ? [{ stage: id, outcome: state.outcome, facts: state.facts }] : [],
  );
  const begun = stages.find(({ state }) => state.status === 'in_progress')?.id;
  const held = [heldAt(record.plan, record.progress, job), ungrouped];
  const until = job.stages.find((stage) => held.includes(stage));
  return { done, ...(begun === undefined ? {} : { begun }), ...(until === undefined ? {} : { until }) };
}

function passwords(registries: Readonly<Record<string, RegistryAuth>>): string[] {
  return Object.values(registries).flatMap(secretOf);
}

/** Passwords and tokens that stand in the file itself: they work, and are masked like any secret. */
function secretsOf(plan: Plan): string[] {
  return plan.stages.flatMap(({ spec }) => {
    switch (spec.kind) {
      case 'container':
        return [spec.container, ...spec.services].flatMap(({ authConfig }) => secretOf(authConfig ?? {}));
      case 'deploy':
        return spec.targets.flatMap(({ token }) => (token === undefined ? [] : [token]));
      case 'image_build':
      case 'publish':
        return [];
    }
  });
}

function secretOf({ password, registryToken }: RegistryAuth): string[] {
  return [password, registryToken].filter((value) => value !== undefined);
}
