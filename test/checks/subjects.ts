import type { CheckSubject, Findings } from '../../src/checks/ports.js';
import type {
  Conclusion,
  Failure,
  Outcome,
  PlannedStage,
  RunProgress,
  RunStatus,
  StageFacts,
  StageProgress,
  StageState,
} from '../../src/pipeline/model.js';

/** When the runs of these tests begin, ms since the epoch. */
export const START = Date.UTC(2026, 0, 5, 9, 30);

export const SHA = '3f2c1ab0000000000000000000000000000000aa';

export const links = {
  run: (run: number) => `https://ci.example/runs/${run}`,
  stage: (run: number, stage: string) => `https://ci.example/runs/${run}/stages/${encodeURIComponent(stage)}`,
  artifacts: (run: number, stage: string) => `${links.stage(run, stage)}/artifacts`,
  difference: (run: number, stage: string) => `${links.stage(run, stage)}/difference`,
};

/** Of a stage of which nothing is known but its log. */
export const noFindings: Findings = { cause: async () => undefined, lastPassed: async () => undefined };

export function subject(changes: {
  readonly run?: number;
  readonly sha?: string;
  readonly state?: RunStatus;
  readonly stages?: Readonly<Record<string, StageState>>;
  readonly issues?: CheckSubject['issues'];
  /** Who had a stage run again. */
  readonly again?: Readonly<Record<string, StageProgress['again']>>;
  readonly progress?: Partial<RunProgress>;
  readonly pull?: number;
}): CheckSubject {
  const stages = Object.entries(changes.stages ?? { pre_build: { status: 'queued' } });
  return {
    run: changes.run ?? 7,
    repository: {
      id: 11,
      owner: 'acme',
      name: 'hello',
      private: false,
      cloneUrl: 'https://github.example/acme/hello.git',
      htmlUrl: 'https://github.example/acme/hello',
      defaultBranch: 'main',
      installationId: 5,
    },
    trigger: {
      event: 'push',
      sha: changes.sha ?? SHA,
      ref: 'refs/heads/main',
      branch: 'main',
      fork: false,
      title: 'Say hello',
      message: 'Say hello',
      sender: 'alice',
      ...(changes.pull === undefined ? {} : { pullRequest: changes.pull }),
    },
    plan: {
      version: 1,
      image: 'registry/acme/hello:ci',
      stages: stages.map(([id]) => planned(id)),
      jobs: [],
    },
    progress: {
      run: changes.state ?? { status: 'queued' },
      stages: stages.map(([id, state]) => {
        const again = changes.again?.[id];
        return { id, state, ...(again === undefined ? {} : { again }) };
      }),
      jobs: [],
      ...changes.progress,
    },
    issues: changes.issues ?? [],
  };
}

export const queued: StageState = { status: 'queued' };

export function running(since = START): StageState {
  return { status: 'in_progress', startedAt: since };
}

/** `seconds` undefined: it never started. */
export function ended(outcome: Outcome, seconds?: number, facts: StageFacts = {}): StageState {
  const startedAt = seconds === undefined ? {} : { startedAt: START };
  return { status: 'completed', outcome, facts, ...startedAt, completedAt: START + (seconds ?? 0) * 1000 };
}

export const passed: Outcome = { kind: 'passed' };

export function failed(failure: Partial<Failure> = {}): Outcome {
  return { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1, ...failure } };
}

export function skipped(message: string): Outcome {
  return { kind: 'skipped', reason: { kind: 'event', message } };
}

export function runEnded(conclusion: Conclusion, reason: string, seconds = 12): RunStatus {
  return { status: 'completed', conclusion, reason, startedAt: START, completedAt: START + seconds * 1000 };
}

function planned(id: string): PlannedStage {
  return {
    id,
    name: id,
    spec: { kind: 'publish' },
    line: 1,
    column: 1,
    timeoutSeconds: 7200,
    refusals: [],
  };
}
