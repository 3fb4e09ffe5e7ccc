import type { Conclusion, Issue, RunStatus, StageState, TriggerEvent } from '../pipeline/model.js';
import { stageReason } from '../pipeline/wording.js';
import { artifactsOf, stateOf } from './access.js';
import type { Addresses } from './links.js';
import type { RunView } from './ports.js';
import { conclusionOf } from './words.js';

/** Times are ISO 8601; what is not known (yet) is null, as in GitHub's API. */
export interface ApiRun extends ApiState {
  readonly id: number;
  /** `owner/name` */
  readonly repository: string;
  readonly event: TriggerEvent;
  readonly head_sha: string;
  readonly head_branch: string | null;
  readonly tag: string | null;
  readonly pull_request: number | null;
  readonly display_title: string;
  readonly actor: string;
  readonly created_at: string;
  readonly html_url: string;
  readonly url: string;
}

export interface ApiState {
  readonly status: RunStatus['status'];
  readonly conclusion: Conclusion | null;
  /** Why, in one line. */
  readonly reason: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

export interface ApiStage extends ApiState {
  readonly name: string;
  /** Stages of other jobs that must be over before it. */
  readonly waits_for: readonly string[];
  readonly html_url: string;
  readonly log_url: string;
  /** What it kept; null when it kept nothing. A download of what is not kept any more answers 410. */
  readonly artifacts: ApiArtifacts | null;
  /** The run and stage whose result was used again. */
  readonly reused_from: { readonly run: number; readonly stage: string } | null;
}

export interface ApiArtifacts {
  readonly archive_download_url: string;
  readonly size_in_bytes: number;
  /** `sha256:…` of the archive, a gzipped tar. */
  readonly digest: string;
  readonly files: number;
}

export interface ApiRunWithStages extends ApiRun {
  readonly stages: readonly ApiStage[];
  /** Problems of caicloud.yml. */
  readonly issues: readonly Issue[];
}

export function apiRun(view: RunView, addresses: Addresses): ApiRun {
  const { repository, trigger } = view;
  const { run } = view.progress;
  const isCompleted = run.status === 'completed';
  return {
    id: view.id,
    repository: `${repository.owner}/${repository.name}`,
    event: trigger.event,
    head_sha: trigger.sha,
    head_branch: trigger.branch ?? null,
    tag: trigger.tag ?? null,
    pull_request: trigger.pullRequest ?? null,
    display_title: trigger.title,
    actor: trigger.sender,
    status: run.status,
    conclusion: isCompleted ? run.conclusion : null,
    reason: isCompleted ? run.reason : null,
    created_at: iso(view.createdAt),
    ...times(run),
    html_url: addresses.run(view.id, repository.private),
    url: addresses.api(view.id, repository.private),
  };
}

export function apiRunWithStages(view: RunView, addresses: Addresses): ApiRunWithStages {
  const isPrivate = view.repository.private;
  const stages = view.plan.stages.map(({ id, waitsFor }): ApiStage => {
    const state = stateOf(view, id);
    const reason = stageReason(state, waitsFor);
    return {
      name: id,
      waits_for: waitsFor ?? [],
      status: state.status,
      conclusion: conclusionOf(state) ?? null,
      reason: reason === '' ? null : reason,
      ...times(state),
      html_url: addresses.stage(view.id, id, isPrivate),
      log_url: addresses.log(view.id, id, isPrivate),
      artifacts: apiArtifacts(state, addresses.artifacts(view.id, id, isPrivate)),
      reused_from: (state.status === 'completed' && state.facts.reusedFrom) || null,
    };
  });
  return { ...apiRun(view, addresses), stages, issues: view.issues };
}

function apiArtifacts(state: StageState, url: string): ApiArtifacts | null {
  const kept = artifactsOf(state);
  return kept
    ? { archive_download_url: url, size_in_bytes: kept.bytes, digest: kept.digest, files: kept.files }
    : null;
}

function times(state: RunStatus | StageState): Pick<ApiState, 'started_at' | 'completed_at'> {
  const startedAt = state.status === 'queued' ? undefined : state.startedAt;
  return {
    started_at: startedAt === undefined ? null : iso(startedAt),
    completed_at: state.status === 'completed' ? iso(state.completedAt) : null,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
