import type { Plan } from '../pipeline/model.js';
import { type Trial, trialWords } from './trial.js';

/**
 * The graph of an event for programs. Stages are named as their checks are, each cell of a matrix by itself;
 * what a stage does stands in `plan.stages` of the same output, under its name and part.
 */
export function planJson(plan: Plan, trial: Trial) {
  return {
    event: trial.trigger.event,
    trial: trialWords(trial),
    ...(plan.skip && { skip: plan.skip.message }),
    stages: plan.stages.map(({ id, name, part, cell, waitsFor, skip, refusals, options }) => ({
      id,
      name,
      ...(part !== undefined && { part }),
      ...(cell && { cell }),
      ...(waitsFor && { waitsFor }),
      ...(options?.allowFailure === true && { allowFailure: true }),
      ...(options?.runsOn && { runsOn: options.runsOn }),
      ...(options?.concurrency !== undefined && { concurrency: options.concurrency }),
      ...(options?.cache && { cache: options.cache }),
      ...(options?.inputs && { inputs: options.inputs }),
      ...(skip && { skip: skip.message }),
      ...(refusals.length > 0 && { refusals }),
    })),
    jobs: plan.jobs,
  };
}
