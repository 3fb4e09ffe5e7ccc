import { beganAt } from '../pipeline/began.js';
import type { PlannedJob, PlannedStage, RunStatus, Span, StageFacts, StageState } from '../pipeline/model.js';
import { spansOf, totals } from '../pipeline/spans.js';
import { reportSpans, type Told, WHOLE_RUN } from '../pipeline/told.js';
import { stageReason } from '../pipeline/wording.js';
import { artifactsOf, stateOf } from './access.js';
import type { ApiArtifacts, ApiJob, ApiPhase, ApiRun, ApiRunWithStages, ApiStage } from './api-shapes.js';
import type { Addresses } from './links.js';
import type { Causes, RunView } from './ports.js';
import { conclusionOf } from './words.js';

export type { ApiRun, ApiRunWithStages, ApiStage } from './api-shapes.js';

export function apiRun(view: RunView, addresses: Addresses): ApiRun {
  const { repository, trigger } = view;
  const { run, cancelledBy, allowed } = view.progress;
  const isCompleted = run.status === 'completed';
  return {
    id: view.id,
    repository: `${repository.owner}/${repository.name}`,
    event: trigger.event,
    head_sha: trigger.sha,
    head_branch: trigger.branch ?? null,
    tag: trigger.tag ?? null,
    pull_request: trigger.pullRequest ?? null,
    base_branch: trigger.base ?? null,
    fork: trigger.fork,
    display_title: trigger.title,
    actor: trigger.sender,
    status: run.status,
    conclusion: isCompleted ? run.conclusion : null,
    reason: isCompleted ? run.reason : null,
    created_at: iso(view.createdAt),
    ...times(run),
    cancelled_by: cancelledBy ?? null,
    allowed_by: allowed?.by ?? null,
    html_url: addresses.run(view.id, repository.private),
    url: addresses.api(view.id, repository.private),
  };
}

/** What is known of a run beside what it is. */
export interface Beside {
  /** Absent: none is known. */
  readonly causes?: Causes | undefined;
  readonly told: Told;
}

export async function apiRunWithStages(
  view: RunView,
  addresses: Addresses,
  beside: Beside,
): Promise<ApiRunWithStages> {
  const report = reportSpans(view.progress, beside.told, beganAt(view)).get(WHOLE_RUN);
  return {
    ...apiRun(view, addresses),
    stages: await Promise.all(view.plan.stages.map((stage) => apiStage(view, stage, addresses, beside))),
    jobs: view.plan.jobs.map((job) => apiJob(view, job)),
    phases: report === undefined ? [] : [apiPhase(report)],
    issues: [...view.issues],
  };
}

export async function apiStage(
  view: RunView,
  stage: PlannedStage,
  addresses: Addresses,
  { causes, told }: Beside,
): Promise<ApiStage> {
  const isPrivate = view.repository.private;
  const { id, waitsFor } = stage;
  const state = stateOf(view, id);
  const reason = stageReason(state, waitsFor);
  const report = reportSpans(view.progress, told, beganAt(view)).get(id);
  const spans = [...spansOf(state), ...(report === undefined ? [] : [report])];
  const again = view.progress.stages.find((one) => one.id === id)?.again;
  return {
    name: id,
    section: stage.name,
    part: stage.part ?? null,
    matrix: stage.cell ?? null,
    kind: stage.spec.kind,
    status: state.status,
    conclusion: conclusionOf(state) ?? null,
    reason: reason === '' ? null : reason,
    ...times(state),
    waits_for: [...(waitsFor ?? [])],
    allow_failure: stage.options?.allowFailure === true,
    ...factsOf(state.status === 'completed' ? state.facts : {}),
    spans: Object.fromEntries(totals(spans)),
    phases: spans.map(apiPhase),
    cause: await apiCause(view, stage, causes),
    rerun: again === undefined ? null : { by: again.by, at: iso(again.at) },
    artifacts: apiArtifacts(state, addresses.artifacts(view.id, id, isPrivate)),
    html_url: addresses.stage(view.id, id, isPrivate),
    url: addresses.apiStage(view.id, id, isPrivate),
    log_url: addresses.log(view.id, id, isPrivate),
  };
}

function factsOf(
  facts: StageFacts,
): Pick<
  ApiStage,
  | 'image'
  | 'image_digest'
  | 'published'
  | 'exit_code'
  | 'tries'
  | 'services'
  | 'notes'
  | 'worker'
  | 'reused_from'
> {
  return {
    image: facts.image ?? null,
    image_digest: facts.imageDigest ?? null,
    published: facts.published ?? null,
    exit_code: facts.exitCode ?? null,
    tries: facts.tries ?? null,
    services: [...(facts.services ?? [])],
    notes: [...(facts.notes ?? [])],
    worker: facts.worker ?? null,
    reused_from: facts.reusedFrom ?? null,
  };
}

function apiJob({ progress }: RunView, { id, stages }: PlannedJob): ApiJob {
  const job = progress.jobs.find((one) => one.id === id);
  const phases = (job?.spans ?? []).toSorted((a, b) => a.at - b.at).map(apiPhase);
  return { name: id, stages: [...stages], worker: job?.worker ?? null, phases };
}

function apiPhase({ name, detail, attempt, at, ms }: Span): ApiPhase {
  return { name, detail: detail ?? null, attempt: attempt ?? 1, started_at: iso(at), duration_ms: ms };
}

async function apiCause(
  view: RunView,
  { id }: PlannedStage,
  causes: Causes | undefined,
): Promise<ApiStage['cause']> {
  const conclusion = conclusionOf(stateOf(view, id));
  // A log is only looked into where something failed.
  if (conclusion !== 'failure' && conclusion !== 'timed_out') return null;
  const cause = await causes?.of(view.id, id);
  return cause === undefined ? null : { kind: cause.kind, line: cause.line, text: cause.text };
}

function apiArtifacts(state: StageState, url: string): ApiArtifacts | null {
  const kept = artifactsOf(state);
  return kept
    ? { archive_download_url: url, size_in_bytes: kept.bytes, digest: kept.digest, files: kept.files }
    : null;
}

function times(state: RunStatus | StageState): Pick<ApiRun, 'started_at' | 'completed_at'> {
  const startedAt = state.status === 'queued' ? undefined : state.startedAt;
  return {
    started_at: startedAt === undefined ? null : iso(startedAt),
    completed_at: state.status === 'completed' ? iso(state.completedAt) : null,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
