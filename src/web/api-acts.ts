import { z } from 'zod';
import { problems } from './api-answers.js';
import { RUN_WITH_STAGES } from './api-examples.js';
import type { Operation } from './api-operation.js';
import { ApiRunWithStages, ApiSaid } from './api-shapes.js';

const stages = z
  .array(z.string().min(1).max(250))
  .max(100)
  .optional()
  .describe('By id, or by name for all parts and cells; absent or empty: all');

export const StartRun = z
  .strictObject({
    repository: z
      .string()
      // Dots alone would be a way up, to other addresses of GitHub's.
      .regex(/^(?!\.+\/)[\w.-]{1,100}\/(?!\.+$)[\w.-]{1,100}$/, { error: 'expected owner/name' })
      .describe('owner/name'),
    ref: z.string().min(1).max(250).describe('A branch, or refs/tags/… for a tag'),
    stages: stages.describe(
      'Only these and what they need run: by id, or by name for all parts and cells; absent or empty: all',
    ),
  })
  .describe('What to run');

export const RerunBody = z.strictObject({ stages }).describe('What to run again');

const done = {
  202: {
    description: 'Done; the run as it is now',
    shape: z.union([ApiRunWithStages, ApiSaid]),
    example: RUN_WITH_STAGES,
  },
};

const onRun = (id: string, path: string, summary: string): Operation => ({
  id,
  method: 'post',
  path: `/api/runs/{run}${path}`,
  group: 'Acting',
  summary,
  needsToken: true,
  sample: { run: '7', stage: 'integration' },
  answers: { ...done, ...problems(401, 403, 404, 409, 429, 500, 503) },
});

export const START_RUN: Operation = {
  id: 'startRun',
  method: 'post',
  path: '/api/runs',
  group: 'Acting',
  summary: 'Starts a run on a branch or tag',
  description:
    'As where more than three tags are pushed at once and GitHub sends no event. A commit that has run already runs again, in its own run. With the header `Idempotency-Key` (at most 200 characters) the same request for the same commit is carried out once, however often it is sent.',
  needsToken: true,
  body: {
    shape: StartRun,
    required: true,
    example: { repository: 'acme/hello', ref: 'main', stages: ['integration'] },
  },
  answers: { ...done, ...problems(400, 401, 403, 404, 409, 413, 415, 429, 500, 503) },
};

export const RERUN: Operation = {
  ...onRun('rerun', '/rerun', 'Runs all of it, or some stages, again: in the same run and checks'),
  description: 'With the stages run those that depend on them. Without a body, all.',
  body: { shape: RerunBody, example: { stages: ['integration'] } },
  answers: { ...done, ...problems(400, 401, 403, 404, 409, 413, 415, 429, 500, 503) },
};

export const CANCEL = onRun('cancel', '/cancel', 'Ends it');
export const RERUN_FAILED = onRun(
  'rerunFailed',
  '/rerun-failed',
  'Runs again what did not succeed, and what depends on it',
);
export const ALLOW = onRun('allow', '/allow', "Lets a fork's commit run that waits for a person");
export const RERUN_STAGE = onRun(
  'rerunStage',
  '/stages/{stage}/rerun',
  'Runs one stage again, and what depends on it',
);

export const ACTS: readonly Operation[] = [START_RUN, CANCEL, RERUN, RERUN_FAILED, ALLOW, RERUN_STAGE];
