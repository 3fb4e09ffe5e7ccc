import type {
  CheckAnnotation,
  CheckRun,
  CheckSuite,
  Conclusion,
  Repository,
  Status,
} from '../state/model.js';
import type { World } from '../world.js';
import { appView, nodeId, timestamp } from './account.js';
import { commitSummary } from './commit.js';
import { pullMinimalView } from './pull.js';
import { repositoryView } from './repository.js';

export function checkRunView(world: World, run: CheckRun) {
  const {
    urls,
    state: { app },
  } = world;
  const repository = `${urls.api}/repos/${run.repository.fullName}`;
  const url = `${repository}/check-runs/${run.id}`;
  const { state } = run;
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    name: state.name,
    head_sha: run.headSha,
    external_id: state.externalId,
    url,
    html_url: `${urls.web}/${run.repository.fullName}/runs/${run.id}`,
    details_url: state.detailsUrl ?? `${urls.web}/${run.repository.fullName}/runs/${run.id}`,
    status: state.status,
    conclusion: state.conclusion,
    started_at: state.startedAt,
    completed_at: state.completedAt,
    output: {
      title: state.title,
      summary: state.summary,
      text: state.text,
      annotations_count: state.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: appView(urls, app),
    pull_requests: pullRequestsAt(world, run.repository, run.headSha),
  };
}

export function annotationView({ urls }: World, run: CheckRun, annotation: CheckAnnotation) {
  return {
    path: annotation.path,
    blob_href: `${urls.web}/${run.repository.fullName}/blob/${run.headSha}/${annotation.path}`,
    start_line: annotation.start_line,
    end_line: annotation.end_line,
    start_column: annotation.start_column ?? null,
    end_column: annotation.end_column ?? null,
    annotation_level: annotation.annotation_level,
    title: annotation.title ?? null,
    message: annotation.message,
    raw_details: annotation.raw_details ?? null,
  };
}

export async function checkSuiteView(world: World, suite: CheckSuite) {
  const { urls } = world;
  const repository = `${urls.api}/repos/${suite.repository.fullName}`;
  return {
    ...suiteFields(world, suite),
    url: `${repository}/check-suites/${suite.id}`,
    check_runs_url: `${repository}/check-suites/${suite.id}/check-runs`,
    head_commit: await commitSummary(suite.repository, suite.headSha),
    repository: repositoryView(urls, suite.repository),
    latest_check_runs_count: runsOf(world, suite).length,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

/** A suite as it stands in a check run's webhook. */
export function simpleSuiteView(world: World, suite: CheckSuite) {
  return {
    ...suiteFields(world, suite),
    url: `${world.urls.api}/repos/${suite.repository.fullName}/check-suites/${suite.id}`,
  };
}

function suiteFields(world: World, suite: CheckSuite) {
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...(suite.reset ? QUEUED : suiteOutcome(runsOf(world, suite))),
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullRequestsAt(world, suite.repository, suite.headSha),
    app: appView(world.urls, world.state.app),
    created_at: timestamp(suite.createdAt),
    updated_at: timestamp(suite.updatedAt),
  };
}

/** Open pull requests of that head; those of forks are not told, as on GitHub. */
function pullRequestsAt({ urls, state }: World, repository: Repository, sha: string) {
  return [...state.pulls.values()]
    .filter(({ head, base }) => head.repository === repository && base.repository === repository)
    .filter((pull) => pull.state === 'open' && pull.head.sha === sha)
    .map((pull) => pullMinimalView(urls, pull));
}

export function runsOf({ state }: World, suite: CheckSuite): CheckRun[] {
  return latest([...state.checkRuns.values()].filter((run) => run.suite === suite));
}

/** The newest of each name: what GitHub shows, and counts. */
export function latest(runs: readonly CheckRun[]): CheckRun[] {
  return [...new Map(runs.map((run) => [`${run.appId} ${run.state.name}`, run])).values()];
}

// The worst of its runs is the conclusion of a suite.
const WORST_FIRST: readonly Conclusion[] = [
  'action_required',
  'timed_out',
  'failure',
  'cancelled',
  'stale',
  'success',
  'neutral',
  'skipped',
];

const QUEUED = { status: 'queued', conclusion: null } as const;

function suiteOutcome(runs: readonly CheckRun[]): { status: Status; conclusion: Conclusion | null } {
  if (runs.length > 0 && runs.every((run) => run.state.status === 'completed')) {
    const conclusions = new Set(runs.map((run) => run.state.conclusion));
    return {
      status: 'completed',
      conclusion: WORST_FIRST.find((conclusion) => conclusions.has(conclusion)) ?? null,
    };
  }
  const begun = runs.some((run) => run.state.status !== 'queued');
  return { status: begun ? 'in_progress' : 'queued', conclusion: null };
}
