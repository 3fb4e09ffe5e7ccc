import type {
  Plan,
  PlannedStage,
  Repository,
  RunStatus,
  StageId,
  StageProgress,
  StageState,
  Trigger,
} from '../../src/pipeline/model.js';
import type { RepositoryQueries, RunQueries, RunView } from '../../src/web/ports.js';

/** 2026-11-22 12:00 UTC */
export const NOON = Date.UTC(2026, 10, 22, 12);

export const repository: Repository = {
  id: 1,
  owner: 'acme',
  name: 'hello',
  private: false,
  cloneUrl: 'https://github.example/acme/hello.git',
  htmlUrl: 'https://github.example/acme/hello',
  defaultBranch: 'main',
  installationId: 1,
};

export const trigger: Trigger = {
  event: 'push',
  sha: '4c2d9aa1c0ffee0000000000000000000000beef',
  ref: 'refs/heads/main',
  branch: 'main',
  fork: false,
  title: 'Say hello',
  message: 'Say hello',
  sender: 'alice',
};

export const queued: StageState = { status: 'queued' };
export const running: StageState = { status: 'in_progress', startedAt: NOON - 48_000 };

export function ended(
  outcome: Extract<StageState, { status: 'completed' }>['outcome'],
  facts = {},
): StageState {
  return { status: 'completed', outcome, facts, startedAt: NOON - 48_000, completedAt: NOON - 8_000 };
}
export const passed = ended({ kind: 'passed' });

export interface RunShape {
  readonly id?: number;
  readonly private?: boolean;
  readonly stages?: Readonly<Record<StageId, StageState>>;
  readonly run?: RunStatus;
  /** Instead of one that is made of `stages`. */
  readonly plan?: Plan;
  readonly trigger?: Partial<Trigger>;
  readonly repository?: Partial<Repository>;
  readonly issues?: RunView['issues'];
}

export function runView(shape: RunShape = {}): RunView {
  const stages = Object.entries(shape.stages ?? { pre_build: passed });
  return {
    id: shape.id ?? 1,
    repository: { ...repository, private: shape.private ?? false, ...shape.repository },
    trigger: { ...trigger, ...shape.trigger },
    plan: shape.plan ?? {
      version: 1,
      image: 'acme/hello:main',
      stages: stages.map(([id]) => planned(id)),
      jobs: [],
    },
    progress: {
      run: shape.run ?? { status: 'in_progress', startedAt: NOON - 60_000 },
      stages: stages.map(([id, state]): StageProgress => ({ id, state })),
      jobs: [],
    },
    issues: shape.issues ?? [],
    createdAt: NOON - 60_000,
  };
}

function planned(id: StageId): PlannedStage {
  const spec = { kind: 'publish' } as const;
  return { id, name: id, spec, line: 1, column: 1, timeoutSeconds: 60, refusals: [] };
}

/** The runs that the room is shown: the edge of it. */
export interface MemoryRuns extends RunQueries {
  put(view: RunView): void;
  /** Replaces one stage's state. */
  set(run: number, stage: StageId, state: StageState): void;
  /** Those of the runs. */
  readonly repositories: RepositoryQueries;
}

export function memoryRuns(): MemoryRuns {
  const views = new Map<number, RunView>();
  const memory: MemoryRuns = {
    put: (view) => void views.set(view.id, view),
    set: (run, stage, state) => {
      const view = views.get(run);
      if (!view) throw new Error(`no run ${run}`);
      const stages = view.progress.stages.map((one) => (one.id === stage ? { id: stage, state } : one));
      views.set(run, { ...view, progress: { ...view.progress, stages } });
    },
    run: async (id) => views.get(id),
    lastPassed: async (run, stage) =>
      [...views.values()]
        .filter(({ id }) => id < run)
        .sort((a, b) => b.id - a.id)
        .find((view) => view.progress.stages.some(({ id, state }) => id === stage && state === passed)),
    repositories: {
      view: async (repository) => ({
        repository,
        lastRun: [...views.values()]
          .filter((view) => view.repository.id === repository.id)
          .filter((view) => view.trigger.branch === repository.defaultBranch)
          .at(-1),
        successRate: undefined,
      }),
      list: async ({ publicOnly, alsoRepositories = [], limit, offset }) => {
        const seen = [...views.values()]
          .map(({ repository }) => repository)
          .filter((one) => !publicOnly || !one.private || alsoRepositories.includes(one.id));
        const found = [...new Map(seen.map((one) => [one.id, one])).values()];
        return {
          repositories: await Promise.all(
            found.slice(offset, offset + limit).map((one) => memory.repositories.view(one)),
          ),
          total: found.length,
        };
      },
      byName: async (owner, name) =>
        [...views.values()]
          .map(({ repository }) => repository)
          .find((one) => `${one.owner}/${one.name}`.toLowerCase() === `${owner}/${name}`.toLowerCase()),
      privateOnes: async (most) => {
        const ones = [...views.values()].map(({ repository }) => repository).filter((one) => one.private);
        return [...new Map(ones.map((one) => [one.id, one])).values()].slice(0, most);
      },
    },
    runs: async ({ repository, branch, status, publicOnly, alsoRepositories = [], limit, offset }) => {
      const found = [...views.values()]
        .filter(
          (view) => !publicOnly || !view.repository.private || alsoRepositories.includes(view.repository.id),
        )
        .filter((view) => !repository || `${view.repository.owner}/${view.repository.name}` === repository)
        .filter((view) => !branch || view.trigger.branch === branch)
        .filter((view) => !status || view.progress.run.status === status)
        .sort((a, b) => b.id - a.id);
      return { runs: found.slice(offset, offset + limit), total: found.length };
    },
  };
  return memory;
}
