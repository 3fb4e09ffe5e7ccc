import type { Outcome, PlannedStage } from '../pipeline/model.js';
import type { Stop } from './halt.js';
import type { Job, Stand } from './job.js';
import { CheckoutFailed, EngineRefused, EngineUnavailable, FenceLost } from './ports.js';
import type { Prepared } from './prepared.js';
import { FactsDraft, type StageContext } from './stage-context.js';
import { StageFailed } from './stage-failed.js';
import { StageLog } from './stage-log.js';
import { runContainer } from './steps/container.js';
import { runDeploy } from './steps/deploy.js';
import { runImageBuild } from './steps/image-build.js';
import { runPublish } from './steps/publish.js';

export interface StageTurn {
  readonly stage: PlannedStage;
  readonly armed: Promise<Prepared> | undefined;
  /** For people, from the start. */
  readonly notes: readonly string[];
  running(): void;
}

/** The job is given back: this stage has not ended. */
export class HandedOver extends Error {
  override readonly name = 'HandedOver';
}

/**
 * One stage from its announcement to its outcome.
 * @throws FenceLost, EngineUnavailable, HandedOver: the stage is another owner's then
 */
export async function runStage(job: Job, stand: Stand, turn: StageTurn): Promise<Outcome> {
  const { stage } = turn;
  const { observer, clock, workerId } = job.deps;
  await observer.stageStarted(stage.id);
  const log = new StageLog({
    stage: stage.id,
    observer,
    masker: job.mask.masker(),
    clock,
    onError: (error) => stopFor(job, error),
  });
  const facts = new FactsDraft();
  facts.set({ worker: workerId });
  for (const note of turn.notes) facts.note(note);
  const context: StageContext = { ...turn, job, stand, log, facts, command: undefined };
  const timer = new AbortController();
  void stopAfterTimeout(job, stage, timer.signal);
  let outcome: Outcome;
  try {
    outcome = await raceHalt(job, context);
  } catch (error) {
    // What was said until now is the next owner's beginning, unless it is the next owner's already.
    if (!(error instanceof FenceLost)) await log.close();
    throw error;
  } finally {
    timer.abort();
  }
  await explain(log, outcome);
  await log.close();
  const shown = maskOutcome(job, outcome);
  const { notes, ...rest } = facts.facts();
  await observer.stageEnded(stage.id, shown, {
    ...rest,
    ...(notes && { notes: notes.map((note) => job.mask.text(note)) }),
  });
  return outcome;
}

/** The step's own end, or the halt's: a step that hangs is left to itself, its containers are removed. */
async function raceHalt(job: Job, context: StageContext): Promise<Outcome> {
  const halted = job.halt.pressed.then((stop) => {
    // Every halt is the job's end: all that it has in the engine goes, at once.
    void job.resources.close();
    return haltOutcome(stop, context);
  });
  const step = job.halt.stopped() === undefined ? runStep(context) : halted;
  try {
    return await Promise.race([halted, step]);
  } catch (error) {
    const stop = job.halt.stopped();
    if (stop !== undefined) return haltOutcome(stop, context);
    return failureOutcome(job, context, error);
  }
}

async function runStep(context: StageContext): Promise<Outcome> {
  const { spec, refusals } = context.stage;
  if (refusals.length > 0) throw new StageFailed('refused_by_policy', refusals.join('; '));
  switch (spec.kind) {
    case 'container':
      return await runContainer(context, spec);
    case 'image_build':
      return await runImageBuild(context, spec);
    case 'publish':
      return await runPublish(context);
    case 'deploy':
      return runDeploy();
  }
}

function haltOutcome(stop: Stop, { command }: StageContext): Outcome {
  switch (stop.kind) {
    case 'cancelled':
      return { kind: 'cancelled', by: stop.by };
    case 'timed_out':
      return { kind: 'timed_out', afterSeconds: stop.afterSeconds, ...(command && { command }) };
    case 'handover':
      throw new HandedOver(stop.reason);
    case 'fence_lost':
      throw new FenceLost('another worker has the job');
  }
}

function failureOutcome(job: Job, { stage, command }: StageContext, error: unknown): Outcome {
  if (error instanceof FenceLost || error instanceof EngineUnavailable) throw error;
  const failed = (failure: StageFailed['failure']): Outcome => ({
    kind: 'failed',
    failure: { ...failure, ...(command && { command }) },
  });
  if (error instanceof StageFailed) return failed(error.failure);
  if (error instanceof EngineRefused) return failed({ code: error.code, message: error.message });
  if (error instanceof CheckoutFailed) return failed({ code: 'checkout', message: error.message });
  job.deps.logger.error({ err: error, run: job.lease.run, stage: stage.id }, 'stage broke');
  return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
}

async function stopAfterTimeout(
  job: Job,
  { timeoutSeconds }: PlannedStage,
  signal: AbortSignal,
): Promise<void> {
  await job.deps.clock.sleep(timeoutSeconds * 1000, signal);
  if (!signal.aborted) job.halt.stop({ kind: 'timed_out', afterSeconds: timeoutSeconds });
}

/** A log that cannot be sent: the fence is another's, or the way to the server is broken. */
function stopFor(job: Job, error: unknown): void {
  if (error instanceof FenceLost) job.halt.stop({ kind: 'fence_lost' });
  else job.halt.stop({ kind: 'handover', reason: 'the log could not be sent' });
}

/** What failed before a program could say anything is said here. */
async function explain(log: StageLog, outcome: Outcome): Promise<void> {
  if (outcome.kind === 'failed' && outcome.failure.message !== '') await log.line(outcome.failure.message);
  if (outcome.kind === 'error') await log.line(`Cyclone broke: ${outcome.message}`);
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
