import { problems } from './api-answers.js';
import { REPOSITORY, RUN, RUN_WITH_STAGES, STAGE } from './api-examples.js';
import type { Operation } from './api-operation.js';
import { PageQuery, RunsOfRepositoryQuery, RunsQuery, SignedQuery } from './api-query.js';
import {
  ApiRepository,
  ApiRepositoryList,
  ApiRunList,
  ApiRunWithStages,
  ApiStage,
  ApiStageList,
} from './api-shapes.js';

const PAGED = {
  Link: 'Addresses of the pages around it, `rel` next, prev, first, last, as GitHub sends them; absent: there is none',
};
const RUN_PARTS = { run: '7' };
const STAGE_PARTS = { run: '7', stage: 'integration' };
const REPOSITORY_PARTS = { owner: 'acme', repo: 'hello' };

const runs = {
  description: 'The runs of that page',
  shape: ApiRunList,
  example: { total_count: 1, runs: [RUN] },
  headers: PAGED,
};

export const LIST_RUNS: Operation = {
  id: 'listRuns',
  method: 'get',
  path: '/api/runs',
  group: 'Runs',
  summary: 'Runs, the newest first',
  description: 'Of public repositories, and of private ones that the token sees.',
  query: RunsQuery,
  answers: { 200: runs, ...problems(400, 429, 500, 503) },
};

export const GET_RUN: Operation = {
  id: 'getRun',
  method: 'get',
  path: '/api/runs/{run}',
  group: 'Runs',
  summary: 'One run, with its stages and the problems of its caicloud.yml',
  query: SignedQuery,
  sample: RUN_PARTS,
  answers: {
    200: { description: 'The run as it is now', shape: ApiRunWithStages, example: RUN_WITH_STAGES },
    ...problems(400, 404, 500, 503),
  },
};

export const LIST_STAGES: Operation = {
  id: 'listStages',
  method: 'get',
  path: '/api/runs/{run}/stages',
  group: 'Runs',
  summary: 'The stages of a run, in the order of its checks',
  query: SignedQuery,
  sample: RUN_PARTS,
  answers: {
    200: {
      description: 'All of them',
      shape: ApiStageList,
      example: { total_count: 1, stages: [STAGE] },
    },
    ...problems(400, 404, 500, 503),
  },
};

export const GET_STAGE: Operation = {
  id: 'getStage',
  method: 'get',
  path: '/api/runs/{run}/stages/{stage}',
  group: 'Runs',
  summary: 'One stage of a run',
  query: SignedQuery,
  sample: STAGE_PARTS,
  answers: {
    200: { description: 'The stage as it is now', shape: ApiStage, example: STAGE },
    ...problems(400, 404, 500, 503),
  },
};

export const LIST_REPOSITORIES: Operation = {
  id: 'listRepositories',
  method: 'get',
  path: '/api/repos',
  group: 'Repositories',
  summary: 'Repositories that have had runs, the one with the newest run first',
  description: 'Public ones, and private ones that the token sees.',
  query: PageQuery,
  answers: {
    200: {
      description: 'The repositories of that page',
      shape: ApiRepositoryList,
      example: { total_count: 1, repositories: [REPOSITORY] },
      headers: PAGED,
    },
    ...problems(400, 429, 500, 503),
  },
};

export const GET_REPOSITORY: Operation = {
  id: 'getRepository',
  method: 'get',
  path: '/api/repos/{owner}/{repo}',
  group: 'Repositories',
  summary: 'One repository, with the state of its default branch',
  query: PageQuery.pick({}),
  sample: REPOSITORY_PARTS,
  answers: {
    200: { description: 'The repository', shape: ApiRepository, example: REPOSITORY },
    ...problems(400, 404, 500, 503),
  },
};

export const LIST_RUNS_OF_REPOSITORY: Operation = {
  id: 'listRunsOfRepository',
  method: 'get',
  path: '/api/repos/{owner}/{repo}/runs',
  group: 'Repositories',
  summary: 'The runs of one repository, the newest first',
  query: RunsOfRepositoryQuery,
  sample: REPOSITORY_PARTS,
  answers: { 200: runs, ...problems(400, 404, 429, 500, 503) },
};

export const READS: readonly Operation[] = [
  LIST_RUNS,
  GET_RUN,
  LIST_STAGES,
  GET_STAGE,
  LIST_REPOSITORIES,
  GET_REPOSITORY,
  LIST_RUNS_OF_REPOSITORY,
];
