import { asksForPaths } from '../pipeline/asks-paths.js';
import type { IssueCode } from '../pipeline/config/issues.js';
import {
  brokenConfig,
  type Config,
  dockerfileOnly,
  parseConfig,
  tooLargeConfig,
} from '../pipeline/config/parse.js';
import type { Issue, Plan } from '../pipeline/model.js';
import { planRun } from '../pipeline/plan.js';
import { begin } from '../pipeline/progress.js';
import { isTrusted } from '../pipeline/trust.js';
import type { Advance } from './advance.js';
import { changedPaths } from './changed-paths.js';
import {
  type Clock,
  FileTooLarge,
  type IntakeEvent,
  type Logger,
  type NewRun,
  type RepositoryFiles,
  type RepositoryHistory,
  type RunStore,
} from './ports.js';
import { type FollowSchedules, scheduleScope } from './schedule.js';

export const PIPELINE_FILE = 'caicloud.yml';

export interface IntakeDeps {
  readonly files: RepositoryFiles;
  readonly history: RepositoryHistory;
  readonly followSchedules: FollowSchedules;
  readonly store: RunStore;
  readonly advance: Advance;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: IntakePolicy;
}

export interface IntakePolicy {
  /** Globs `owner/repo`. */
  readonly trustedRepositories: readonly string[];
  readonly registry: string | undefined;
}

/** Turns what a webhook left into a run. May be called again for the same event: there is one run. */
export type Intake = (event: IntakeEvent) => Promise<void>;

export function createIntake(deps: IntakeDeps): Intake {
  return async (event) => {
    const found = await findFile(deps.files, event);
    if (found.kind === 'none') {
      deps.logger.debug({ repository: event.repository.name }, 'repository does not use Cyclone');
      await deps.followSchedules(event, []);
      return;
    }
    const config = unlessBroken(deps, event, () => configOf(found), brokenConfig);
    const isBroken = config.issues.some(isError);
    if (!isBroken && isForgotten(event, config)) {
      deps.logger.info({ delivery: event.delivery }, 'schedule skipped: the file has it no more');
      return;
    }
    const changes = asksForPaths(config.on, config.definitions) ? await changedPaths(event, deps) : undefined;
    const planned = unlessBroken(
      deps,
      event,
      () => newRun(deps, event, { config, changes }),
      () => newRun(deps, event, { config: brokenConfig(), changes }),
    );
    const { run, created } = await deps.store.create(planned);
    if (created) {
      deps.logger.info({ run: run.id, sha: run.trigger.sha, scope: run.scope }, 'run created');
    }
    await deps.advance.resume(run.id);
    // Of a file that cannot be read nobody knows what it wants: the schedules stay as they were.
    if (!isBroken) {
      await deps.followSchedules(event, config.on?.schedule ?? []);
    }
  };
}

/** The branch that a schedule runs has a file of its own, and it may be another than when it was made. */
function isForgotten({ schedule }: IntakeEvent, { on }: Config): boolean {
  if (schedule === undefined) return false;
  const { cron, branch } = schedule;
  return on?.schedule?.some((one) => one.cron === cron && one.branch === branch) !== true;
}

type FoundFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too_large' }
  /** No caicloud.yml. */
  | { readonly kind: 'dockerfile' }
  /** The repository does not use us. */
  | { readonly kind: 'none' };

async function findFile(files: RepositoryFiles, event: IntakeEvent): Promise<FoundFile> {
  const { repository, trigger } = event;
  try {
    const text = await files.readFile(repository, trigger.sha, PIPELINE_FILE);
    if (text !== undefined) {
      return { kind: 'text', text };
    }
  } catch (error) {
    if (error instanceof FileTooLarge) {
      return { kind: 'too_large' };
    }
    throw error;
  }
  const hasDockerfile = await files.exists(repository, trigger.sha, 'Dockerfile');
  return { kind: hasDockerfile ? 'dockerfile' : 'none' };
}

function configOf(found: Exclude<FoundFile, { kind: 'none' }>): Config {
  switch (found.kind) {
    case 'text':
      return parseConfig(found.text);
    case 'too_large':
      return tooLargeConfig();
    case 'dockerfile':
      return dockerfileOnly();
  }
}

/** A bug of ours must end in a check too: without one, a required check would never come. */
function unlessBroken<T>(deps: IntakeDeps, event: IntakeEvent, work: () => T, otherwise: () => T): T {
  try {
    return work();
  } catch (error) {
    deps.logger.error({ err: error, delivery: event.delivery }, 'planning broke');
    return otherwise();
  }
}

interface Wanted {
  readonly config: Config;
  readonly changes: readonly string[] | undefined;
}

function newRun(deps: IntakeDeps, event: IntakeEvent, { config, changes }: Wanted): NewRun {
  const { repository, trigger } = event;
  const trusted = isTrusted(repository, trigger, deps.policy.trustedRepositories);
  const issues = trusted ? config.issues.filter(({ code }) => code !== NEEDS_TRUST) : config.issues;
  const planned = planRun({
    definitions: config.definitions,
    on: config.on,
    repository,
    trigger,
    trusted,
    registry: deps.policy.registry,
    changes,
  });
  const broken = planned.skip === undefined && issues.some(isError);
  const plan: Plan = broken ? { ...planned, stages: [], jobs: [] } : planned;
  const now = deps.clock.now();
  const progress = begin(plan, now);
  return {
    repository,
    trigger,
    scope: scopeOf(event),
    trusted,
    plan,
    progress: broken ? { ...progress, run: brokenFile(issues, now) } : progress,
    issues,
    createdAt: now,
  };
}

/** The reader of the file does not know the server; we do. */
const NEEDS_TRUST: IssueCode = 'needs-trust';

function brokenFile(issues: readonly Issue[], now: number): NewRun['progress']['run'] {
  const errors = issues.filter(isError);
  const reason = `caicloud.yml line ${String(errors[0]?.line ?? 1)}: ${errors[0]?.message ?? 'not valid'}`;
  return { status: 'completed', conclusion: 'failure', reason, completedAt: now };
}

function isError({ severity }: Issue): boolean {
  return severity === 'error';
}

function scopeOf({ trigger, schedule }: IntakeEvent): string {
  if (schedule !== undefined) {
    return scheduleScope(schedule.slot);
  }
  if (trigger.tag !== undefined) {
    return `tag:${trigger.tag}`;
  }
  return trigger.pullRequest === undefined
    ? `branch:${trigger.branch ?? trigger.ref}`
    : `pull:${String(trigger.pullRequest)}`;
}
