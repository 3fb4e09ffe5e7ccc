import { imagesOf } from '../pipeline/content-address.js';
import type { Outcome, PlannedStage, Span } from '../pipeline/model.js';
import { triesAgain } from '../pipeline/retry.js';
import { keepLeftArtifacts } from './artifacts.js';
import { type Job, openTry, type Stand } from './job.js';
import { openLog } from './open-log.js';
import { FenceLost } from './ports.js';
import type { Armed } from './prepared.js';
import { FactsDraft } from './stage-context.js';
import type { StageLog } from './stage-log.js';
import { openStepLog } from './step-log.js';
import { runTry } from './try.js';

export interface StageTurn {
  readonly stage: PlannedStage;
  readonly armed: Armed | undefined;
  /** For people, from the start. */
  readonly notes: readonly string[];
  running(): void;
}

export interface StageOver {
  readonly outcome: Outcome;
  /** Its end is on its way; what is reported next may follow at once, and nothing of the next stage runs before it is taken. */
  readonly told: Promise<void>;
}

/**
 * One stage, which was announced, to its outcome, with as many tries as it has.
 * @throws FenceLost, EngineUnavailable, HandedOver: the stage is another owner's then
 */
export async function runStage(job: Job, stand: Stand, turn: StageTurn): Promise<StageOver> {
  const { stage } = turn;
  const { observer } = job.deps;
  const logs: StageLogs = { own: openLog(job, { stage: stage.id }), beside: new Set() };
  let end: StageEnd;
  try {
    end = await tryUntilItEnds(job, stand, turn, logs);
  } catch (error) {
    // What was said until now is the next owner's beginning, unless it is the next owner's already.
    if (!(error instanceof FenceLost)) await closeAll(logs);
    throw error;
  }
  const { outcome, facts } = end;
  await explain(logs.own, outcome);
  await closeAll(logs);
  const { notes, ...rest } = facts.facts(job.deps.clock.now());
  const told = observer.stageEnded(
    stage.id,
    maskOutcome(job, outcome),
    { ...rest, ...(notes && { notes: notes.map((note) => job.mask.text(note)) }) },
    job.spans.take().map((span) => maskSpan(job, span)),
  );
  // Who awaits it has yet to announce the next stage.
  told.catch(() => undefined);
  return { outcome, told };
}

/** The stage's own log, and those of the services of its present try. */
interface StageLogs {
  readonly own: StageLog;
  readonly beside: Set<StageLog>;
}

/** What a service that was not waited for still says is of no stage. */
async function closeAll({ own, beside }: StageLogs): Promise<void> {
  await Promise.all([own, ...beside].map((log) => log.close()));
}

interface StageEnd {
  readonly outcome: Outcome;
  readonly facts: FactsDraft;
}

/** Every try begins with containers of its own, in the workspace as the one before left it. */
async function tryUntilItEnds(job: Job, stand: Stand, turn: StageTurn, logs: StageLogs): Promise<StageEnd> {
  const { stage, armed } = turn;
  const { own: log, beside } = logs;
  const retry = stage.options?.retry;
  const said = [...turn.notes];
  let spent: readonly Span[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const facts = new FactsDraft(spent);
    facts.set({ worker: job.deps.workerId, ...(attempt > 1 && { tries: attempt }) });
    for (const note of said) facts.note(note);
    const ahead = attempt === 1 ? armed : undefined;
    const own = ahead?.job ?? openTry(job);
    let ran = false;
    const running = (): void => {
      ran = true;
      turn.running();
    };
    const step = openStepLog(log);
    const context = {
      stage,
      stand,
      log: step.log,
      beside,
      facts,
      attempt,
      running,
      outputs: [],
      command: undefined,
    };
    const outcome = await runTry(job, { ...context, job: own, armed: ahead });
    step.close();
    log.end(attempt);
    if (!triesAgain(retry, outcome, attempt)) {
      // The try's own switch may be pressed by now.
      if (ran && isFailure(outcome))
        await keepLeftArtifacts({ ...context, log, job, armed: undefined }, outcome);
      return { outcome, facts };
    }
    spent = facts.spans(job.deps.clock.now());
    await own.resources.close();
    for (const image of imagesOf(stage)) stand.images.forgetFailed(image);
    // A service of the next try goes on in the log of the one before.
    for (const service of beside) await service.close();
    beside.clear();
    const most = 1 + (retry?.max ?? 0);
    const was = `${attempt} of ${most} ${tryText(outcome)}`;
    said.push(`try ${was}`);
    await log.line(`Try ${was}; trying again.`);
    log.mark({ kind: 'try', number: attempt + 1 });
    await log.line(`Try ${attempt + 1} of ${most}`);
  }
}

/** People look at the screenshots and reports of what failed. */
function isFailure({ kind }: Outcome): boolean {
  return kind === 'failed' || kind === 'timed_out';
}

function tryText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'failed': {
      const { exitCode, message } = outcome.failure;
      return message === '' ? `exited ${exitCode ?? 'with an error'}` : `failed: ${message}`;
    }
    case 'timed_out':
      return `timed out after ${outcome.afterSeconds} s`;
    case 'error':
      return `failed: Cyclone broke: ${outcome.message}`;
    case 'passed':
    case 'cancelled':
    case 'skipped':
    case 'neutral':
      return `ended ${outcome.kind}`;
  }
}

/** What failed before a program could say anything is said here. */
async function explain(log: StageLog, outcome: Outcome): Promise<void> {
  if (outcome.kind === 'failed' && outcome.failure.message !== '') await log.line(outcome.failure.message);
  if (outcome.kind === 'error') await log.line(`Cyclone broke: ${outcome.message}`);
}

/** The name of an image may hold what the file was given as a secret. */
function maskSpan({ mask }: Job, { detail, ...span }: Span): Span {
  return detail === undefined ? span : { ...span, detail: mask.text(detail) };
}

function maskOutcome(job: Job, outcome: Outcome): Outcome {
  const text = (plain: string): string => job.mask.text(plain);
  switch (outcome.kind) {
    case 'failed': {
      const { failure } = outcome;
      const { command } = failure;
      return {
        kind: 'failed',
        failure: {
          ...failure,
          message: text(failure.message),
          ...(command && { command: { ...command, text: text(command.text) } }),
        },
      };
    }
    case 'timed_out': {
      const { command } = outcome;
      return { ...outcome, ...(command && { command: { ...command, text: text(command.text) } }) };
    }
    case 'neutral':
    case 'error':
      return { ...outcome, message: text(outcome.message) };
    case 'passed':
    case 'cancelled':
    case 'skipped':
      return outcome;
  }
}
