import { choose } from '../pipeline/choice.js';
import type { Config } from '../pipeline/config/parse.js';
import { failedStages } from '../pipeline/rerun.js';
import type { Advance } from './advance.js';
import type { HoldBack } from './fork.js';
import type { Supersede } from './line.js';
import type {
  Clock,
  IntakeEvent,
  Logger,
  NewRun,
  PullRequest,
  PullRequests,
  RepositoryHistory,
  RunRecord,
  RunStore,
} from './ports.js';
import type { Prepare, Prepared } from './prepare.js';
import type { FollowSchedules } from './schedule.js';

export interface IntakeDeps {
  readonly prepare: Prepare;
  readonly history: RepositoryHistory;
  readonly pulls: PullRequests;
  readonly followSchedules: FollowSchedules;
  readonly holdBack: HoldBack;
  readonly supersede: Supersede;
  readonly store: RunStore;
  readonly advance: Advance;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether pull requests run that are drafts. */
  readonly drafts: boolean;
}

/** Turns what a webhook left into a run. May be called again for the same event: there is one run. */
export type Intake = (event: IntakeEvent) => Promise<void>;

export function createIntake(deps: IntakeDeps): Intake {
  return async (bare) => {
    const event = await withMessage(deps, bare);
    const prepared = await deps.prepare(event);
    if (prepared === undefined) {
      deps.logger.debug({ repository: event.repository.name }, 'repository does not use Cyclone');
      await deps.followSchedules(event, []);
      return;
    }
    if (!prepared.isBroken && isForgotten(event, prepared.config)) {
      deps.logger.info({ delivery: event.delivery }, 'schedule skipped: the file has it no more');
      return;
    }
    await takeIn(deps, event, prepared);
    // Of a file that cannot be read nobody knows what it wants: the schedules stay as they were.
    if (!prepared.isBroken) {
      await deps.followSchedules(event, prepared.config.on?.schedule ?? []);
    }
  };
}

/** A pull request's payload does not have it, and `[skip ci]` stands in it. */
async function withMessage({ history }: IntakeDeps, event: IntakeEvent): Promise<IntakeEvent> {
  const { trigger, repository } = event;
  if (trigger.event !== 'pull_request' || trigger.message !== '') return event;
  const commit = await history.commit(repository, trigger.sha);
  return commit === undefined ? event : { ...event, trigger: { ...trigger, message: commit.message } };
}

/** The branch that a schedule runs has a file of its own, and it may be another than when it was made. */
function isForgotten({ schedule }: IntakeEvent, { on }: Config): boolean {
  if (schedule === undefined) return false;
  const { cron, branch } = schedule;
  return on?.schedule?.some((one) => one.cron === cron && one.branch === branch) !== true;
}

async function takeIn(deps: IntakeDeps, event: IntakeEvent, prepared: Prepared): Promise<void> {
  const { repository, trigger, delivery } = event;
  const wanted = await planned(deps, event, prepared);
  const pull = await pullOf(deps, event, prepared);
  const earlier = (await deps.store.ofCommit(repository.id, trigger.sha)).filter(
    ({ scope }) => scope !== wanted.scope,
  );
  const choice = choose({ trigger, plan: wanted.plan, pull, broken: prepared.isBroken, earlier });
  if (choice.kind === 'left') {
    deps.logger.info({ delivery, sha: trigger.sha, because: choice.because }, 'commit left to another run');
    return;
  }
  const { run, created } = await deps.store.create(await deps.holdBack(wanted));
  if (created) {
    deps.logger.info({ run: run.id, sha: trigger.sha, scope: run.scope }, 'run created');
  }
  const place = await deps.supersede(run, trigger);
  if (!created && place === 'newest') {
    await takeUpAgain(deps, event, run, wanted);
    // An approval is for what was the head when it was given; and what it was before is not its successor.
    if (trigger.fork || trigger.before !== run.trigger.before) {
      const backAt = deps.clock.now();
      await deps.store.update(run.id, ({ progress }) => ({ ...progress, backAt }));
    }
  }
  await deps.advance.resume(run.id);
}

async function planned(deps: IntakeDeps, event: IntakeEvent, prepared: Prepared): Promise<NewRun> {
  const run = await prepared.plan(event);
  const { pullRequest } = event.trigger;
  if (deps.drafts || event.trigger.event !== 'pull_request' || pullRequest === undefined) return run;
  const pull = await deps.pulls.get(event.repository, pullRequest);
  return pull?.draft === true ? asDraft(deps, run) : run;
}

function asDraft({ clock }: IntakeDeps, run: NewRun): NewRun {
  const skip = { kind: 'condition', message: 'this pull request is a draft' } as const;
  const plan = { ...run.plan, skip, stages: [], jobs: [] };
  const { message: reason } = skip;
  const over = { status: 'completed', conclusion: 'skipped', reason, completedAt: clock.now() } as const;
  return { ...run, plan, progress: { run: over, stages: [], jobs: [] } };
}

/** Of a push: the pull request that its branch is the head of, as it would run the commit. */
async function pullOf(
  deps: IntakeDeps,
  event: IntakeEvent,
  prepared: Prepared,
): Promise<{ number: number; plan: NewRun['plan'] } | undefined> {
  const { repository, trigger } = event;
  // What everything goes into is hardly ever the head of something, and is pushed most.
  if (trigger.event !== 'push' || trigger.branch === undefined) return undefined;
  if (trigger.branch === repository.defaultBranch) return undefined;
  const pull = await deps.pulls.openFor(repository, trigger.branch);
  // A draft that does not run is not to run by its push.
  if (pull === undefined || (pull.draft && !deps.drafts)) {
    return pull && { number: pull.number, plan: (await prepared.plan(event)).plan };
  }
  const { plan } = await prepared.plan(asPull(event, pull));
  return { number: pull.number, plan };
}

function asPull(event: IntakeEvent, pull: PullRequest): IntakeEvent {
  const { number, base, title, author } = pull;
  const { sha } = event.trigger;
  return {
    delivery: event.delivery,
    repository: event.repository,
    trigger: {
      ...event.trigger,
      event: 'pull_request',
      ref: `refs/pull/${String(number)}/head`,
      pullRequest: number,
      base,
      action: 'synchronize',
      title,
      sender: author,
    },
    changes: { kind: 'compare', base, head: sha, forced: false },
  };
}

/**
 * The commit was here before. What was ended because it was gone, and is back by another push or a reopened pull
 * request, goes on; where nothing was to run, and now is (a draft no more, another base), it begins; of what somebody
 * had started in part the rest runs.
 */
async function takeUpAgain(
  { store, advance, clock, holdBack }: IntakeDeps,
  { trigger, delivery, only }: IntakeEvent,
  run: RunRecord,
  wanted: NewRun,
): Promise<void> {
  if (only === undefined) {
    const [by, at] = [trigger.sender, clock.now()];
    await advance.apply(run.id, { type: 'rest_wanted', by, at, ask: delivery });
  }
  const { run: status } = run.progress;
  if (status.status !== 'completed') return;
  if (run.plan.skip !== undefined && wanted.plan.jobs.length > 0) {
    const next = await holdBack(wanted);
    await store.replan(run.id, (now) => (now.plan.skip === undefined ? undefined : next));
    return;
  }
  const isBack = trigger.action === 'reopened' || trigger.before !== run.trigger.before;
  if (isBack && status.conclusion === 'cancelled' && ENDED_BY_US.test(status.reason)) {
    const stages = failedStages(run.progress);
    const at = clock.now();
    await advance.apply(run.id, { type: 'stages_rerun', stages, by: trigger.sender, at, ask: delivery });
  }
}

/** Not what a person ended. */
const ENDED_BY_US = /^(?:superseded by|pull request closed$|branch .* was deleted$)/;
