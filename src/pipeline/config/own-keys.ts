import type { KeyTable } from './key.js';

/** The keys that Cyclone v0.2 did not have, as data like those of schema.ts. */

export const EVENTS = ['push', 'tag', 'pull_request', 'merge_group', 'schedule', 'manual'] as const;
export const PULL_REQUEST_TYPES = ['opened', 'reopened', 'synchronize', 'ready_for_review'] as const;
export const RETRY_CAUSES = ['infra', 'timeout', 'exit'] as const;
export const NOTIFY_ON = ['failure', 'fixed', 'success', 'always'] as const;

export const WHEN_KEYS = {
  event: { form: 'choices', some: true, values: EVENTS, globs: true, about: 'what began the run' },
  branch: {
    form: 'globs',
    some: true,
    about: 'branch that was pushed, or that a pull request goes to',
    elsewhere: ['branches'],
  },
  tag: { form: 'globs', some: true, about: 'tag that was pushed', elsewhere: ['tags'] },
  path: {
    form: 'path-globs',
    some: true,
    about: 'files of which one changed',
    elsewhere: ['paths', 'changes'],
  },
} as const satisfies KeyTable;

export const RETRY_KEYS = {
  max: {
    form: 'count',
    required: true,
    about: 'further tries, 10 at most',
    elsewhere: ['attempts', 'limit'],
  },
  on: {
    form: 'choices',
    some: true,
    values: RETRY_CAUSES,
    about: 'after which failures; after any when absent',
  },
  exit_codes: { form: 'counts', some: true, about: 'after which exit codes, 1 to 255' },
} as const satisfies KeyTable;

export const CACHE_KEYS = {
  key: {
    form: 'text',
    required: true,
    about:
      'the name of what is stored; ${CYCLONE_BRANCH}, values of the matrix and ${checksum:PATTERN} are filled in',
  },
  paths: {
    form: 'cache-paths',
    some: true,
    required: true,
    about: 'what is kept: patterns in the workspace, or directories of the container as ~/.npm',
    elsewhere: ['path'],
  },
  restore_keys: { form: 'text-or-texts', about: 'beginnings of keys to fall back on, in order' },
} as const satisfies KeyTable;

export const REPORT_KEYS = {
  junit: { form: 'path', about: 'test results in JUnit XML' },
  sarif: { form: 'path', about: 'findings in SARIF' },
  tap: { form: 'path', about: 'test results in TAP' },
  benchmark: { form: 'path', about: 'measurements in JSON' },
} as const satisfies KeyTable;

export const RESOURCE_KEYS = {
  cpu: { form: 'number', about: 'cores; fractions count', elsewhere: ['cpus'] },
  memory: { form: 'size', about: '512Mi, 2Gi, 1G, or bytes', elsewhere: ['mem', 'mem_limit'] },
  pids: { form: 'count', about: 'processes at a time', elsewhere: ['processes'] },
} as const satisfies KeyTable;

export const CHECKOUT_KEYS = {
  submodules: { form: 'flag', about: 'with its submodules' },
  lfs: { form: 'flag', about: 'with the files of Git LFS' },
  depth: { form: 'count', about: 'commits of history', elsewhere: ['fetch-depth', 'fetch_depth'] },
} as const satisfies KeyTable;

/** Of any stage. */
export const STAGE_KEYS = {
  when: {
    form: 'map',
    keys: WHEN_KEYS,
    ours: true,
    about: 'runs only if all of it holds',
    elsewhere: ['if', 'only', 'rules'],
  },
  needs: {
    form: 'text-or-texts',
    ours: true,
    about: 'stages that must pass first',
    elsewhere: ['depends_on', 'dependencies', 'requires'],
  },
  matrix: { form: 'map', ours: true, about: 'one stage per combination of values', elsewhere: ['strategy'] },
  timeout: {
    form: 'duration',
    ours: true,
    about: '90s, 30m, 2h; 2h when absent',
    elsewhere: ['timeout-minutes', 'timeout_minutes'],
  },
  retry: { form: 'count-or-map', keys: RETRY_KEYS, ours: true, about: 'how often again, and after what' },
  allow_failure: {
    form: 'flag',
    ours: true,
    about: 'a failure is neutral, and the run goes on',
    elsewhere: ['continue-on-error', 'continue_on_error', 'soft_fail'],
  },
  secrets: { form: 'secrets', ours: true, about: 'names of secrets that become environment' },
  cache: { form: 'maps', keys: CACHE_KEYS, ours: true, about: 'paths that are kept from run to run' },
  inputs: { form: 'path-globs', ours: true, about: 'files that the result depends on' },
  artifacts: {
    form: 'path-globs',
    ours: true,
    about: 'paths that are kept, and handed to stages that need this one',
  },
  reports: { form: 'map', keys: REPORT_KEYS, ours: true, about: 'files with results that checks show' },
  resources: { form: 'map', keys: RESOURCE_KEYS, ours: true, about: 'what it may use at most' },
  runs_on: {
    form: 'text-or-texts',
    ours: true,
    about: 'labels that a worker must have',
    elsewhere: ['runs-on', 'labels', 'tags'],
  },
  checkout: { form: 'map', keys: CHECKOUT_KEYS, ours: true, about: 'how the repository is fetched' },
  concurrency: {
    form: 'text',
    ours: true,
    about: 'name of a group of which one runs at a time',
    elsewhere: ['group', 'resource_group'],
  },
  environment_name: { form: 'text', ours: true, about: 'GitHub environment of a deploy' },
  approval: {
    form: 'choice',
    values: ['required'],
    ours: true,
    about: 'a deploy that a person must agree to',
  },
} as const satisfies KeyTable;

/** Of what builds an image, beside its Dockerfile. */
export const IMAGE_KEYS = {
  args: { form: 'environment', ours: true, about: 'values of ARG', elsewhere: ['build_args', 'build-args'] },
  target: { form: 'text', ours: true, about: 'stage of the Dockerfile; the last when absent' },
  platform: { form: 'text', ours: true, about: 'os/architecture, as linux/arm64', elsewhere: ['platforms'] },
  cache_from: { form: 'text-or-texts', ours: true, about: 'images to take layers from' },
  labels: { form: 'environment', ours: true, about: 'labels of the image' },
} as const satisfies KeyTable;

export const PUBLISH_KEYS = {
  image: { form: 'text', ours: true, about: 'name of the image, without a tag' },
  tags: {
    form: 'text-or-texts',
    ours: true,
    about: 'further tags; ${CYCLONE_TAG} and the like are filled in',
  },
  ...STAGE_KEYS,
} as const satisfies KeyTable;

const PATH_FILTER = {
  paths: { form: 'path-globs', some: true, about: 'files of which one changed', elsewhere: ['path'] },
  paths_ignore: {
    form: 'path-globs',
    some: true,
    about: 'files that do not count as a change',
    elsewhere: ['paths-ignore'],
  },
} as const satisfies KeyTable;

export const PUSH_KEYS = {
  branches: { form: 'globs', some: true, about: 'branches that were pushed', elsewhere: ['branch'] },
  tags: { form: 'globs', some: true, about: 'tags that were pushed', elsewhere: ['tag'] },
  ...PATH_FILTER,
} as const satisfies KeyTable;

export const PULL_REQUEST_KEYS = {
  branches: {
    form: 'globs',
    some: true,
    about: 'branches that the pull request goes to',
    elsewhere: ['branch'],
  },
  types: {
    form: 'choices',
    some: true,
    values: PULL_REQUEST_TYPES,
    about: 'what happened to it',
    elsewhere: ['type'],
  },
  ...PATH_FILTER,
} as const satisfies KeyTable;

export const MERGE_GROUP_KEYS = {} as const satisfies KeyTable;

export const SCHEDULE_KEYS = {
  cron: { form: 'text', required: true, about: 'minute, hour, day, month, weekday; in UTC' },
  branch: { form: 'text', about: 'the default branch when absent' },
} as const satisfies KeyTable;

export const ON_KEYS = {
  push: {
    form: 'map',
    keys: PUSH_KEYS,
    about: 'pushes of branches and tags',
    elsewhere: ['tag', 'tags', 'branch'],
  },
  pull_request: {
    form: 'map',
    keys: PULL_REQUEST_KEYS,
    about: 'pull requests',
    elsewhere: ['pr', 'merge_request'],
  },
  merge_group: { form: 'map', keys: MERGE_GROUP_KEYS, about: 'the merge queue', elsewhere: ['merge_queue'] },
  schedule: { form: 'maps', keys: SCHEDULE_KEYS, about: 'times', elsewhere: ['cron'] },
} as const satisfies KeyTable;

export const NOTIFY_KEYS = {
  email: { form: 'text-or-texts', about: 'addresses', elsewhere: ['mail', 'to'] },
  slack: { form: 'text', about: 'name of the secret that holds the address of a Slack hook' },
  webhook: { form: 'text', about: 'address that gets a POST', elsewhere: ['url'] },
  on: { form: 'choices', some: true, values: NOTIFY_ON, about: 'failure and fixed when absent' },
} as const satisfies KeyTable;
