import { dockerfileOnly, parseConfig } from '../pipeline/config/parse.js';
import type { Issue, Plan, StageDefinition } from '../pipeline/model.js';
import { planRun } from '../pipeline/plan.js';
import { begin } from '../pipeline/progress.js';
import { isTrusted } from '../pipeline/trust.js';
import type { Advance } from './advance.js';
import type { Clock, IntakeEvent, Logger, NewRun, RepositoryFiles, RunStore } from './ports.js';

export const PIPELINE_FILE = 'caicloud.yml';

export interface IntakeDeps {
  readonly files: RepositoryFiles;
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
    const read = await readDefinitions(deps.files, event);
    if (read === undefined) {
      deps.logger.debug({ repository: event.repository.name }, 'repository does not use Cyclone');
      return;
    }
    const { run, created } = await deps.store.create(plannedOrBroken(deps, event, read));
    if (created) {
      deps.logger.info({ run: run.id, sha: run.trigger.sha, scope: run.scope }, 'run created');
    }
    await deps.advance.resume(run.id);
  };
}

interface ReadFile {
  readonly definitions: readonly StageDefinition[];
  readonly issues: readonly Issue[];
}

/** Undefined: neither caicloud.yml nor a Dockerfile, so the repository does not use us. */
async function readDefinitions(files: RepositoryFiles, event: IntakeEvent): Promise<ReadFile | undefined> {
  const { repository, trigger } = event;
  try {
    const text = await files.readFile(repository, trigger.sha, PIPELINE_FILE);
    if (text !== undefined) {
      return parseConfig(text);
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'FileTooLarge') {
      return { definitions: [], issues: [tooLarge] };
    }
    throw error;
  }
  const hasDockerfile = await files.exists(repository, trigger.sha, 'Dockerfile');
  return hasDockerfile ? { definitions: dockerfileOnly(), issues: [] } : undefined;
}

const tooLarge: Issue = {
  code: 'file-too-large',
  severity: 'error',
  message: 'caicloud.yml is larger than 1 MB',
  hint: 'Move long scripts into files of the repository and call them from commands',
  line: 1,
  column: 1,
};

/** A bug of ours in planning must end in a check too: without one, a required check would never come. */
function plannedOrBroken(deps: IntakeDeps, event: IntakeEvent, read: ReadFile): NewRun {
  try {
    return newRun(deps, event, read);
  } catch (error) {
    deps.logger.error({ err: error, delivery: event.delivery }, 'planning broke');
    return newRun(deps, event, { definitions: [], issues: [internalError] });
  }
}

const internalError: Issue = {
  code: 'internal',
  severity: 'error',
  message: 'Cyclone could not plan this file: a fault of Cyclone, and not of the file',
  hint: "The server's log has the cause",
  line: 1,
  column: 1,
};

function newRun(deps: IntakeDeps, event: IntakeEvent, read: ReadFile): NewRun {
  const { repository, trigger } = event;
  const trusted = isTrusted(repository, trigger, deps.policy.trustedRepositories);
  const planned = planRun({
    definitions: read.definitions,
    repository,
    trigger,
    trusted,
    registry: deps.policy.registry,
  });
  const broken = planned.skip === undefined && read.issues.some((issue) => issue.severity === 'error');
  const plan: Plan = broken ? { ...planned, stages: [], jobs: [] } : planned;
  const now = deps.clock.now();
  const progress = begin(plan, now);
  return {
    repository,
    trigger,
    scope: scopeOf(event),
    trusted,
    plan,
    progress: broken ? { ...progress, run: brokenFile(read.issues, now) } : progress,
    issues: read.issues,
    createdAt: now,
  };
}

function brokenFile(issues: readonly Issue[], now: number): NewRun['progress']['run'] {
  const errors = issues.filter((issue) => issue.severity === 'error');
  const reason = `caicloud.yml line ${String(errors[0]?.line ?? 1)}: ${errors[0]?.message ?? 'not valid'}`;
  return { status: 'completed', conclusion: 'failure', reason, completedAt: now };
}

function scopeOf({ trigger }: IntakeEvent): string {
  if (trigger.tag !== undefined) {
    return `tag:${trigger.tag}`;
  }
  return trigger.pullRequest === undefined
    ? `branch:${trigger.branch ?? trigger.ref}`
    : `pull:${String(trigger.pullRequest)}`;
}
