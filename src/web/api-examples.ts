import type {
  ApiArtifacts,
  ApiProblem,
  ApiRepository,
  ApiRun,
  ApiRunWithStages,
  ApiStage,
} from './api-shapes.js';

const BASE = 'https://cyclone.example.com';

export const RUN: ApiRun = {
  id: 7,
  repository: 'acme/hello',
  event: 'push',
  head_sha: '3f2c1ab0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4',
  head_branch: 'main',
  tag: null,
  pull_request: null,
  base_branch: null,
  fork: false,
  display_title: 'Say hello',
  actor: 'alice',
  status: 'completed',
  conclusion: 'failure',
  reason: 'integration failed',
  started_at: '2026-01-05T09:30:01.000Z',
  completed_at: '2026-01-05T09:31:52.000Z',
  created_at: '2026-01-05T09:30:00.000Z',
  cancelled_by: null,
  allowed_by: null,
  html_url: `${BASE}/runs/7`,
  url: `${BASE}/api/runs/7`,
};

const ARTIFACTS: ApiArtifacts = {
  archive_download_url: `${BASE}/runs/7/stages/integration/artifacts`,
  size_in_bytes: 20_480,
  digest: `sha256:${'6a1f'.repeat(16)}`,
  files: 3,
};

const PHASE = { detail: null, attempt: 1 } as const;

export const STAGE: ApiStage = {
  name: 'integration',
  section: 'integration',
  part: null,
  matrix: null,
  kind: 'container',
  status: 'completed',
  conclusion: 'failure',
  reason: 'command 3 of 5: go test ./... exited 1',
  started_at: '2026-01-05T09:31:04.000Z',
  completed_at: '2026-01-05T09:31:52.000Z',
  waits_for: [],
  allow_failure: false,
  image: 'golang:1.24',
  image_digest: `sha256:${'9be0'.repeat(16)}`,
  published: null,
  exit_code: 1,
  tries: null,
  services: ['postgres'],
  notes: [],
  spans: { prepare: 190, run: 47_810 },
  phases: [
    { ...PHASE, name: 'prepare', started_at: '2026-01-05T09:31:04.000Z', duration_ms: 190 },
    { ...PHASE, name: 'run', started_at: '2026-01-05T09:31:04.190Z', duration_ms: 47_810 },
  ],
  worker: 'build-1',
  cause: { kind: 'assertion', line: 118, text: 'login_test.go:41: got 401, want 200' },
  rerun: null,
  reused_from: null,
  artifacts: ARTIFACTS,
  html_url: `${BASE}/runs/7/stages/integration`,
  url: `${BASE}/api/runs/7/stages/integration`,
  log_url: `${BASE}/runs/7/stages/integration/log`,
};

export const RUN_WITH_STAGES: ApiRunWithStages = {
  ...RUN,
  stages: [STAGE],
  jobs: [
    {
      name: 'chain',
      stages: ['integration'],
      worker: 'build-1',
      phases: [
        { ...PHASE, name: 'queue', started_at: '2026-01-05T09:31:03.200Z', duration_ms: 12 },
        {
          name: 'pull',
          detail: 'golang:1.24',
          attempt: 1,
          started_at: '2026-01-05T09:31:03.310Z',
          duration_ms: 640,
        },
      ],
    },
  ],
  phases: [{ ...PHASE, name: 'report', started_at: '2026-01-05T09:31:52.000Z', duration_ms: 41 }],
  issues: [
    {
      code: 'unknown-key',
      severity: 'warning',
      message: '"postbuild" is not a section',
      hint: 'did you mean post_build?',
      line: 14,
      column: 1,
      endLine: 14,
      endColumn: 10,
    },
  ],
};

export const REPOSITORY: ApiRepository = {
  id: 42,
  full_name: 'acme/hello',
  private: false,
  default_branch: 'main',
  html_url: 'https://github.com/acme/hello',
  url: `${BASE}/api/repos/acme/hello`,
  runs_url: `${BASE}/api/repos/acme/hello/runs`,
  last_run: RUN,
  success_rate: 0.96,
};

export function problemExample(message: string, errors?: ApiProblem['errors']): ApiProblem {
  return { message, ...(errors && { errors }), documentation_url: `${BASE}/api` };
}
