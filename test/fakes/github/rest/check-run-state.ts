import { invalid } from '../http/api-error.js';
import type { CheckAction, CheckAnnotation, CheckRunState, Conclusion, Status } from '../state/model.js';
import { timestamp } from '../views/account.js';

/** The body of a create or an update, which the description has found valid. */
export interface CheckRunBody {
  readonly name?: string;
  readonly head_sha?: string;
  readonly details_url?: string;
  readonly external_id?: string;
  readonly status?: Status;
  readonly started_at?: string;
  readonly conclusion?: Conclusion;
  readonly completed_at?: string;
  readonly output?: {
    readonly title?: string;
    readonly summary: string;
    readonly text?: string;
    readonly annotations?: readonly CheckAnnotation[];
  };
  readonly actions?: readonly CheckAction[];
}

// https://docs.github.com/en/rest/checks/runs: the limits are characters there, and bytes in fact
const MAX_OUTPUT_BYTES = 65_535;
const MAX_TITLE = 255;
const MAX_ANNOTATIONS = 50;
const MAX_ACTIONS = 3;
const MAX_MESSAGE_BYTES = 64 * 1024;

const BLANK: CheckRunState = {
  name: '',
  status: 'queued',
  conclusion: null,
  detailsUrl: null,
  externalId: '',
  startedAt: null,
  completedAt: null,
  title: null,
  summary: null,
  text: null,
  annotations: [],
  actions: [],
};

/**
 * The state of a check run after a request.
 * @param previous `undefined` for a create
 * @throws ApiError 422 for what GitHub's description does not forbid, but GitHub does
 */
export function nextState(
  previous: CheckRunState | undefined,
  body: CheckRunBody,
  now: number,
): CheckRunState {
  checkOutput(body);
  const old = previous ?? { ...BLANK, startedAt: timestamp(now) };
  return {
    name: body.name ?? old.name,
    ...outcome(old, body, now),
    detailsUrl: body.details_url ?? old.detailsUrl,
    externalId: body.external_id ?? old.externalId,
    startedAt: body.started_at ?? old.startedAt,
    title: body.output?.title ?? old.title,
    summary: body.output?.summary ?? old.summary,
    text: body.output?.text ?? old.text,
    annotations: [...old.annotations, ...(body.output?.annotations ?? [])],
    actions: body.actions ?? old.actions,
  };
}

function outcome(
  old: CheckRunState,
  body: CheckRunBody,
  now: number,
): Pick<CheckRunState, 'status' | 'conclusion' | 'completedAt'> {
  // A conclusion alone completes.
  const status = body.status ?? (body.conclusion === undefined ? old.status : 'completed');
  if (status !== 'completed') {
    if (body.conclusion !== undefined) refuse('conclusion', 'is only for a completed check run');
    return { status, conclusion: null, completedAt: null };
  }
  const conclusion = body.conclusion ?? old.conclusion;
  if (conclusion === null) refuse('conclusion', 'is required when the status is completed');
  if (body.conclusion === 'stale') refuse('conclusion', 'only GitHub can make a check run stale');
  return { status, conclusion, completedAt: body.completed_at ?? old.completedAt ?? timestamp(now) };
}

function checkOutput({ output, actions }: CheckRunBody): void {
  if ((actions?.length ?? 0) > MAX_ACTIONS) refuse('actions', `no more than ${MAX_ACTIONS}`);
  if (output === undefined) return;
  if ((output.title?.length ?? 0) > MAX_TITLE) refuse('title', `is longer than ${MAX_TITLE} characters`);
  for (const field of ['summary', 'text'] as const)
    if (Buffer.byteLength(output[field] ?? '') > MAX_OUTPUT_BYTES)
      refuse(field, `is longer than ${MAX_OUTPUT_BYTES} bytes`);
  const annotations = output.annotations ?? [];
  if (annotations.length > MAX_ANNOTATIONS)
    refuse('annotations', `no more than ${MAX_ANNOTATIONS} in a request`);
  for (const annotation of annotations) checkAnnotation(annotation);
}

function checkAnnotation(annotation: CheckAnnotation): void {
  const { start_line: start, end_line: end } = annotation;
  if (start < 1 || end < start) refuse('annotations', 'end_line must not be before start_line');
  const columns = annotation.start_column !== undefined || annotation.end_column !== undefined;
  if (columns && start !== end) refuse('annotations', 'columns are only for annotations on one line');
  if ((annotation.title?.length ?? 0) > MAX_TITLE) refuse('annotations', 'a title is too long');
  for (const text of [annotation.message, annotation.raw_details ?? ''])
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) refuse('annotations', 'a message is longer than 64 KB');
}

function refuse(field: string, message: string): never {
  throw invalid({ resource: 'CheckRun', field, code: 'custom', message: `${field}: ${message}` });
}
