import { withNeeds } from '../pipeline/asked.js';
import { asksForPaths } from '../pipeline/asks-paths.js';
import type { IssueCode } from '../pipeline/config/issues.js';
import {
  brokenConfig,
  type Config,
  dockerfileOnly,
  parseConfig,
  tooLargeConfig,
} from '../pipeline/config/parse.js';
import type { Issue, Plan, StageId } from '../pipeline/model.js';
import { planRun } from '../pipeline/plan.js';
import { begin } from '../pipeline/progress.js';
import { isTrusted } from '../pipeline/trust.js';
import { changedPaths } from './changed-paths.js';
import {
  type Clock,
  FileTooLarge,
  type IntakeEvent,
  type Logger,
  type NewRun,
  type RepositoryFiles,
  type RepositoryHistory,
} from './ports.js';
import { scopeOf } from './scope.js';
import { stagesNamed } from './stages-named.js';

export const PIPELINE_FILE = 'caicloud.yml';

export interface PrepareDeps {
  readonly files: RepositoryFiles;
  readonly history: RepositoryHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: IntakePolicy;
}

export interface IntakePolicy {
  /** Globs `owner/repo`. */
  readonly trustedRepositories: readonly string[];
  readonly registry: string | undefined;
}

/** The file of a commit, read. */
export interface Prepared {
  readonly config: Config;
  /** It has errors: nothing can be planned by it. */
  readonly isBroken: boolean;
  /** The run that an event on the commit comes to. */
  plan(event: IntakeEvent): Promise<NewRun>;
}

/** Reads the file of an event's commit; undefined: the repository does not use us. */
export type Prepare = (event: IntakeEvent) => Promise<Prepared | undefined>;

export function createPrepare(deps: PrepareDeps): Prepare {
  return async (event) => {
    const found = await findFile(deps.files, event);
    if (found.kind === 'none') return undefined;
    const config = unlessBroken(deps, event, () => configOf(found), brokenConfig);
    return {
      config,
      isBroken: config.issues.some(isError),
      async plan(wanted) {
        const changes = asksForPaths(config.on, config.definitions)
          ? await changedPaths(wanted, deps)
          : undefined;
        return unlessBroken(
          deps,
          wanted,
          () => newRun(deps, wanted, { config, changes }),
          () => newRun(deps, wanted, { config: brokenConfig(), changes }),
        );
      },
    };
  };
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
function unlessBroken<T>({ logger }: PrepareDeps, event: IntakeEvent, work: () => T, otherwise: () => T): T {
  try {
    return work();
  } catch (error) {
    logger.error({ err: error, delivery: event.delivery }, 'planning broke');
    return otherwise();
  }
}

interface Wanted {
  readonly config: Config;
  readonly changes: readonly string[] | undefined;
}

function newRun(deps: PrepareDeps, event: IntakeEvent, { config, changes }: Wanted): NewRun {
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
  const begun = begin(plan, now, askedOf(event, plan));
  // Who starts one is told by its delivery when the same wish comes again.
  const progress = trigger.event === 'manual' ? { ...begun, asks: [event.delivery] } : begun;
  return {
    repository,
    trigger,
    scope: scopeOf(event),
    trusted,
    plan,
    progress: {
      ...progress,
      run: broken ? brokenFile(issues, now) : (nothingMeant(plan, issues, now) ?? progress.run),
    },
    issues,
    createdAt: now,
  };
}

/** Undefined: all that runs on the event. Names that are none are refused before it comes to this. */
function askedOf({ only = [] }: IntakeEvent, plan: Plan): ReadonlySet<StageId> | undefined {
  const named = only.length === 0 ? [] : stagesNamed(plan, only);
  return named.length === 0 || typeof named === 'string' ? undefined : withNeeds(plan, named);
}

/** The reader of the file does not know the server; we do. */
const NEEDS_TRUST: IssueCode = 'needs-trust';

function brokenFile(issues: readonly Issue[], now: number): NewRun['progress']['run'] {
  const errors = issues.filter(isError);
  const reason = `caicloud.yml line ${String(errors[0]?.line ?? 1)}: ${errors[0]?.message ?? 'not valid'}`;
  return { status: 'completed', conclusion: 'failure', reason, completedAt: now };
}

/**
 * Of a file whose only sections are misspelled, nothing runs. That is no failure, as its issues are warnings; green it
 * is not either: somebody meant something.
 */
function nothingMeant(
  { skip, stages }: Plan,
  [first]: readonly Issue[],
  now: number,
): NewRun['progress']['run'] | undefined {
  if (skip !== undefined || stages.length > 0 || first === undefined) return undefined;
  const reason = `nothing to run: caicloud.yml line ${String(first.line)}: ${first.message}`;
  return { status: 'completed', conclusion: 'neutral', reason, completedAt: now };
}

function isError({ severity }: Issue): boolean {
  return severity === 'error';
}
