import type { Selectable } from 'kysely';
import { isChoosy } from '../../pipeline/labels.js';
import type { Issue, Plan, Repository, RunProgress, Trigger } from '../../pipeline/model.js';
import type { RunRecord } from '../../runs/ports.js';
import type { Database } from './database.js';
import type { RunsTable, Tables } from './schema.js';

/** What runs are counted by is in what is stored whole. */
type Derived = 'choosy' | 'event' | 'sender' | 'started_at' | 'completed_at' | 'tag' | 'pull_request';

type RunRow = Omit<Selectable<RunsTable>, 'decision' | 'traced' | Derived> & RepositoryRow;

interface RepositoryRow {
  readonly owner: string;
  readonly name: string;
  readonly private: number;
  readonly clone_url: string;
  readonly html_url: string;
  readonly default_branch: string;
  readonly installation_id: number;
}

/** Runs with their repository beside them. */
export function selectRuns(db: Database) {
  return db
    .selectFrom('runs')
    .innerJoin('repositories', 'repositories.id', 'runs.repository_id')
    .select([
      'runs.id',
      'runs.repository_id',
      'runs.sha',
      'runs.scope',
      'runs.branch',
      'runs.status',
      'runs.conclusion',
      'runs.trusted',
      'runs.trigger_json',
      'runs.plan_json',
      'runs.progress_json',
      'runs.issues_json',
      'runs.created_at',
      'repositories.owner',
      'repositories.name',
      'repositories.private',
      'repositories.clone_url',
      'repositories.html_url',
      'repositories.default_branch',
      'repositories.installation_id',
    ]);
}

export function toRecord(row: RunRow): RunRecord {
  return {
    id: row.id,
    repository: toRepository({ ...row, id: row.repository_id }),
    trigger: JSON.parse(row.trigger_json) as Trigger,
    scope: row.scope,
    trusted: row.trusted === 1,
    plan: JSON.parse(row.plan_json) as Plan,
    progress: JSON.parse(row.progress_json) as RunProgress,
    issues: JSON.parse(row.issues_json) as Issue[],
    createdAt: row.created_at,
  };
}

export function toRepository(row: RepositoryRow & { readonly id: number }): Repository {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    private: row.private === 1,
    cloneUrl: row.clone_url,
    htmlUrl: row.html_url,
    defaultBranch: row.default_branch,
    installationId: row.installation_id,
  };
}

export function fromRepository(repository: Repository): Tables['repositories'] {
  return {
    id: repository.id,
    owner: repository.owner,
    name: repository.name,
    private: repository.private ? 1 : 0,
    clone_url: repository.cloneUrl,
    html_url: repository.htmlUrl,
    default_branch: repository.defaultBranch,
    installation_id: repository.installationId,
  };
}

export function triggerColumns(
  trigger: Trigger,
): Pick<Selectable<RunsTable>, 'event' | 'sender' | 'tag' | 'pull_request' | 'trigger_json'> {
  return {
    event: trigger.event,
    sender: trigger.sender,
    tag: trigger.tag ?? null,
    pull_request: trigger.pullRequest ?? null,
    trigger_json: JSON.stringify(trigger),
  };
}

/** The columns by which runs are found, derived from what is stored whole. */
export function progressColumns(
  plan: Plan,
  progress: RunProgress,
): Pick<
  Selectable<RunsTable>,
  'status' | 'conclusion' | 'started_at' | 'completed_at' | 'choosy' | 'progress_json'
> {
  const { run } = progress;
  return {
    status: run.status,
    conclusion: run.status === 'completed' ? run.conclusion : null,
    started_at: run.status === 'queued' ? null : (run.startedAt ?? null),
    completed_at: run.status === 'completed' ? run.completedAt : null,
    choosy: isChoosy(plan, progress) ? 1 : 0,
    progress_json: JSON.stringify(progress),
  };
}
