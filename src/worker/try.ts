import type { Outcome, PlannedStage, StageSpec } from '../pipeline/model.js';
import type { Stop } from './halt.js';
import type { Job } from './job.js';
import { CheckoutFailed, EngineRefused, EngineUnavailable, FenceLost } from './ports.js';
import { keepWhatLasts } from './ready.js';
import type { StageContext } from './stage-context.js';
import { StageFailed } from './stage-failed.js';
import { runContainer } from './steps/container.js';
import { runDeploy } from './steps/deploy.js';
import { runImageBuild } from './steps/image-build.js';
import { runPublish } from './steps/publish.js';
import { useAgain } from './use-again.js';

/** The job is given back: this stage has not ended. */
export class HandedOver extends Error {
  override readonly name = 'HandedOver';
}

/**
 * One try of a stage. When it comes back, nothing of it runs any more.
 * @param whole the job; `context.job` is what of it is this try's
 * @throws FenceLost, EngineUnavailable, HandedOver: the stage is another owner's then
 */
export async function runTry(whole: Job, context: StageContext): Promise<Outcome> {
  const timer = new AbortController();
  void stopAfterTimeout(context.job, context.stage, timer.signal);
  try {
    return await raceHalt(whole, context);
  } finally {
    timer.abort();
  }
}

/** The step's own end, or the halt's: a step that hangs is left to itself, its containers are removed. */
async function raceHalt(whole: Job, context: StageContext): Promise<Outcome> {
  const { job } = context;
  const halted = job.halt.pressed.then(async (stop) => {
    // Its stage may be followed by others in the same workspace: nothing of it may write there any more.
    if (stop.kind === 'timed_out') await job.resources.close();
    // Any other halt is the job's end: all that it has in the engine goes, at once.
    else void whole.resources.close();
    return haltOutcome(stop, context);
  });
  const step = job.halt.stopped() === undefined ? runStep(context) : halted;
  try {
    const outcome = await Promise.race([halted, step]);
    // What a step says whose containers were taken from it is no reason: to it, they died.
    return outcome.kind === 'passed' || job.halt.stopped() === undefined ? outcome : await halted;
  } catch (error) {
    if (job.halt.stopped() !== undefined) return await halted;
    return failureOutcome(job, context, error);
  }
}

async function runStep(context: StageContext): Promise<Outcome> {
  const { id, spec, refusals } = context.stage;
  if (refusals.length > 0) throw new StageFailed('refused_by_policy', refusals.join('; '));
  const missing = context.job.lease.missingSecrets?.[id] ?? [];
  if (missing.length > 0) throw new StageFailed('secret', missing.join('; '));
  if (await useAgain(context)) return { kind: 'passed' };
  const outcome = await runSpec(context, spec);
  if (outcome.kind === 'passed') await keepWhatLasts(context);
  return outcome;
}

async function runSpec(context: StageContext, spec: StageSpec): Promise<Outcome> {
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
