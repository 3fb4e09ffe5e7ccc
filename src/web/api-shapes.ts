import { z } from 'zod';

/**
 * What the API answers. The types that the server writes by, the description for programs and the page for people
 * come of these: there is no second place to forget.
 */
const time = z.iso.datetime().describe('ISO 8601, UTC');
const nothingYet = 'null: not known, or not yet';
const sha = z.string().regex(/^[0-9a-f]{40}$/);
const login = z.string().describe('GitHub login');

export const STATUSES = ['queued', 'in_progress', 'completed'] as const;
export const CONCLUSIONS = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
] as const;
export const EVENTS = ['push', 'tag', 'pull_request', 'merge_group', 'schedule', 'manual'] as const;
export const KINDS = ['container', 'image_build', 'publish', 'deploy'] as const;

const state = {
  status: z.enum(STATUSES),
  conclusion: z.enum(CONCLUSIONS).nullable().describe('null until it is completed'),
  reason: z.string().nullable().describe('Why, or for what it waits, in one line'),
  started_at: time.nullable().describe(nothingYet),
  completed_at: time.nullable().describe(nothingYet),
};

export const ApiRun = z
  .strictObject({
    id: z.int().min(1),
    repository: z.string().describe('owner/name'),
    event: z.enum(EVENTS),
    head_sha: sha,
    head_branch: z.string().nullable(),
    tag: z.string().nullable(),
    pull_request: z.int().nullable(),
    base_branch: z.string().nullable().describe('Where a pull request wants to go'),
    fork: z.boolean().describe('The code comes from another repository'),
    display_title: z.string().describe('First line of the commit message, or the title of the pull request'),
    actor: login,
    ...state,
    created_at: time,
    cancelled_by: z.string().nullable().describe('As "superseded by 9be01d2" or "by alice"'),
    allowed_by: login.nullable().describe('Who let the commit of a fork run'),
    html_url: z.url(),
    url: z.url(),
  })
  .describe('One pipeline for one commit and event');
export type ApiRun = z.infer<typeof ApiRun>;

export const ApiArtifacts = z
  .strictObject({
    archive_download_url: z.url().describe('A gzipped tar; 410 when it is not kept any more'),
    size_in_bytes: z.int().min(0),
    digest: z.string().describe('sha256:… of the archive'),
    files: z.int().min(0),
  })
  .describe('What a stage kept');
export type ApiArtifacts = z.infer<typeof ApiArtifacts>;

export const ApiPhase = z
  .strictObject({
    name: z.string().describe('As checkout, pull, prepare, run, outputs, report'),
    detail: z.string().nullable().describe('Which of several, as the image of a pull'),
    attempt: z.int().min(1).describe('The try that it belongs to'),
    started_at: time,
    duration_ms: z.number().min(0),
  })
  .describe('A stretch of time, and what it was spent on');
export type ApiPhase = z.infer<typeof ApiPhase>;

export const ApiStage = z
  .strictObject({
    name: z.string().describe('As in its check: pre_build, lint (node=20)'),
    section: z.string().describe('Its name in caicloud.yml, without part and cell'),
    part: z.string().nullable(),
    matrix: z.record(z.string(), z.string()).nullable().describe('The values of a matrix, by axis'),
    kind: z.enum(KINDS),
    ...state,
    waits_for: z.array(z.string()).describe('Stages of other jobs that must be over before it'),
    allow_failure: z.boolean(),
    image: z.string().nullable(),
    image_digest: z.string().nullable().describe('sha256:… of the image that ran, was built or was pushed'),
    published: z.string().nullable().describe('What can be pulled: name@sha256:…'),
    exit_code: z.int().nullable(),
    tries: z.int().min(1).nullable().describe('How often it was tried, where more than once'),
    services: z.array(z.string()),
    notes: z.array(z.string()).describe('One line each, as of a service that died early'),
    spans: z.record(z.string(), z.number()).describe('Where the time went: milliseconds by name'),
    phases: z.array(ApiPhase).describe('The same, one by one, as they began'),
    worker: z.string().nullable(),
    cause: z
      .strictObject({
        kind: z.string().describe('As exit, assertion, compiler, panic, traceback'),
        line: z.int().describe('In the log, from 1'),
        text: z.string(),
      })
      .nullable()
      .describe('The probable first cause of a failure, as the log says it'),
    rerun: z.strictObject({ by: login, at: time }).nullable().describe('Who had it run again, the last time'),
    reused_from: z
      .strictObject({ run: z.int(), stage: z.string() })
      .nullable()
      .describe('The run and stage whose result was used again'),
    artifacts: ApiArtifacts.nullable(),
    html_url: z.url(),
    url: z.url(),
    log_url: z.url(),
  })
  .describe('What has a check on GitHub');
export type ApiStage = z.infer<typeof ApiStage>;

export const ApiIssue = z
  .strictObject({
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    message: z.string(),
    hint: z.string(),
    line: z.int(),
    column: z.int(),
    endLine: z.int().optional(),
    endColumn: z.int().optional(),
  })
  .describe('A problem of caicloud.yml; lines and columns from 1');

export const ApiJob = z
  .strictObject({
    name: z.string(),
    stages: z.array(z.string()).describe('Names, in their order'),
    worker: z.string().nullable().describe('The last that had it'),
    phases: z.array(ApiPhase).describe('What it waited for, and what was fetched and made beside its stages'),
  })
  .describe('Stages that share a workspace and a worker');
export type ApiJob = z.infer<typeof ApiJob>;

export const ApiRunWithStages = ApiRun.extend({
  stages: z.array(ApiStage),
  jobs: z.array(ApiJob),
  phases: z.array(ApiPhase).describe('What the run took beside its jobs: report, until GitHub knew its end'),
  issues: z.array(ApiIssue),
}).describe('A run with its stages and jobs');
export type ApiRunWithStages = z.infer<typeof ApiRunWithStages>;

const total = z.int().min(0).describe('Of all that match, on whatever page');

export const ApiRunList = z.strictObject({ total_count: total, runs: z.array(ApiRun) });
export type ApiRunList = z.infer<typeof ApiRunList>;

export const ApiStageList = z.strictObject({ total_count: total, stages: z.array(ApiStage) });
export type ApiStageList = z.infer<typeof ApiStageList>;

export const ApiRepository = z
  .strictObject({
    id: z.int().describe("GitHub's id"),
    full_name: z.string().describe('owner/name'),
    private: z.boolean(),
    default_branch: z.string(),
    html_url: z.url().describe('On GitHub'),
    url: z.url(),
    runs_url: z.url(),
    last_run: ApiRun.nullable().describe('The newest of the default branch'),
    success_rate: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Of the last 100 runs of the default branch that succeeded or failed; null: none did'),
  })
  .describe('A repository that has had runs');
export type ApiRepository = z.infer<typeof ApiRepository>;

export const ApiRepositoryList = z.strictObject({
  total_count: total,
  repositories: z.array(ApiRepository),
});
export type ApiRepositoryList = z.infer<typeof ApiRepositoryList>;

export const ApiProblem = z
  .strictObject({
    message: z.string(),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .optional()
      .describe('What of the request is wrong, by parameter or field'),
    documentation_url: z.url(),
  })
  .describe('Why it was not done');
export type ApiProblem = z.infer<typeof ApiProblem>;

/** Accepted, and there is no run to show. */
export const ApiSaid = z.strictObject({ message: z.string() }).describe('What was done, in words');
export type ApiSaid = z.infer<typeof ApiSaid>;
