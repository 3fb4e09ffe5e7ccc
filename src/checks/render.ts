import { conclusionOf, hasFailed } from '../pipeline/judgement.js';
import type { StageProgress, StageState } from '../pipeline/model.js';
import { keepStart } from '../pipeline/wording.js';
import { runActions } from './actions.js';
import { notYetAgain, stageLine } from './again.js';
import { TITLE_CHARACTERS } from './cut.js';
import { checkName, externalId } from './identity.js';
import { issueAnnotations, issueText } from './issues.js';
import { type LogEnd, logText, type WhyFailed } from './log-text.js';
import {
  type CheckKey,
  type CheckSubject,
  type CheckView,
  type FirstCause,
  type Links,
  WHOLE_RUN,
} from './ports.js';
import { runSummary } from './run-summary.js';
import { runTitle } from './run-title.js';
import { type StageAddresses, stageSummary } from './stage-summary.js';
import { oneLine } from './terminal.js';

export interface RenderInput {
  readonly links: Links;
  /** The end of the stage's log; more of it than fits is cut. */
  readonly log?: LogEnd;
  readonly cause?: FirstCause | undefined;
  /** The last run in which the stage passed. */
  readonly lastPassed?: number | undefined;
}

/**
 * What a check looks like on GitHub, within GitHub's limits and with everything that others wrote made
 * inert. Throws when the run has no stage of that name.
 */
export function renderCheck(subject: CheckSubject, key: CheckKey, input: RenderInput): CheckView {
  return key === WHOLE_RUN ? renderRun(subject, input.links) : renderStage(subject, key, input);
}

/** What of a check's life GitHub wants to know besides its output. */
export function stateOf(subject: CheckSubject, key: CheckKey): Moment {
  return key === WHOLE_RUN ? runMoment(subject) : stageMoment(stageState(subject, key).state);
}

export type Moment = Pick<CheckView, 'status' | 'conclusion' | 'startedAt' | 'completedAt'>;

/** The same run before this check's part of it began. */
export function notYetRunning(subject: CheckSubject, key: CheckKey): CheckSubject {
  const { run, stages } = subject.progress;
  const queued = { status: 'queued' } as const;
  const progress =
    key === WHOLE_RUN
      ? { run: queued, stages }
      : { run, stages: stages.map((stage) => (stage.id === key ? { ...stage, state: queued } : stage)) };
  return { ...subject, progress: { ...subject.progress, ...progress } };
}

function renderRun(subject: CheckSubject, links: Links): CheckView {
  const text = issueText(subject.issues);
  return {
    ...head(subject, WHOLE_RUN, links.run(subject.run, subject.repository.private), runTitle(subject)),
    ...runMoment(subject),
    summary: runSummary(subject, links),
    ...(text === undefined ? {} : { text }),
    annotations: issueAnnotations(subject.issues),
    actions: runActions(subject.progress),
  };
}

function renderStage(subject: CheckSubject, key: CheckKey, input: RenderInput): CheckView {
  const stage = stageState(subject, key);
  const url = input.links.stage(subject.run, key, subject.repository.private);
  const why = didFail(subject, key) ? whyFailed(subject, key, input) : {};
  const log = input.log === undefined ? undefined : logText(input.log, url, why);
  const text = notYetAgain(stage, url) ?? log;
  const planned = subject.plan.stages.find(({ id }) => id === key);
  return {
    ...head(subject, key, url, stageLine(stage, planned)),
    ...stageMoment(stage.state),
    ...timesAgain(stage),
    summary: stageSummary(planned, stage, stageAddresses(subject, key, input.links)),
    ...(text === undefined ? {} : { text }),
    annotations: [],
    actions: [],
  };
}

function stageAddresses(subject: CheckSubject, key: CheckKey, links: Links): StageAddresses {
  const { run, repository } = subject;
  const { state } = stageState(subject, key);
  const source = state.status === 'completed' ? state.facts.reusedFrom : undefined;
  return {
    page: links.stage(run, key, repository.private),
    artifacts: links.artifacts(run, key, repository.private),
    source: source && {
      run: source.run,
      page: links.stage(source.run, source.stage, repository.private),
    },
  };
}

function whyFailed(
  { run, repository }: CheckSubject,
  key: CheckKey,
  { links, cause, lastPassed }: RenderInput,
): WhyFailed {
  if (lastPassed === undefined) return { cause };
  const difference = links.difference(run, key, repository.private);
  return { cause, lastPassed: { run: lastPassed, difference } };
}

/** Allowed or not: its log is looked at for the first error. */
export function didFail(subject: CheckSubject, key: CheckKey): boolean {
  const { state } = stageState(subject, key);
  return state.status === 'completed' && hasFailed(state.outcome);
}

function head(subject: CheckSubject, key: CheckKey, detailsUrl: string, title: string) {
  return {
    name: checkName(key),
    sha: subject.trigger.sha,
    externalId: externalId(subject.run, key),
    detailsUrl,
    title: keepStart(oneLine(title), TITLE_CHARACTERS),
  };
}

function runMoment(subject: CheckSubject): Moment {
  const { run } = subject.progress;
  if (run.status !== 'completed') {
    return run;
  }
  const { reason: _reason, ...moment } = run;
  return moment;
}

function stageMoment(state: StageState): Moment {
  if (state.status === 'queued') {
    return { status: state.status };
  }
  if (state.status === 'in_progress') {
    return state;
  }
  const { status, startedAt, completedAt } = state;
  const conclusion = conclusionOf(state.outcome);
  return { status, conclusion, completedAt, ...(startedAt === undefined ? {} : { startedAt }) };
}

/** GitHub keeps the time of a start that it is not told anew: of the time before, with the end of this one. */
function timesAgain({ again, state }: StageProgress): Pick<CheckView, 'startedAt'> {
  if (again === undefined || state.status === 'in_progress') {
    return {};
  }
  const startedAt = state.status === 'completed' ? (state.startedAt ?? state.completedAt) : again.at;
  return { startedAt };
}

function stageState(subject: CheckSubject, key: CheckKey): StageProgress {
  const stage = subject.progress.stages.find(({ id }) => id === key);
  if (stage === undefined) {
    throw new Error(`run ${subject.run} has no stage ${key}`);
  }
  return stage;
}
