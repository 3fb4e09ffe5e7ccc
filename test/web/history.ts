import type { RunHistory, RunMention, RunView } from '../../src/web/ports.js';
import type { MemoryRuns } from './runs.js';

/** What the room is told of runs over time: the edge of it, over the same runs. */
export function memoryHistory(runs: MemoryRuns): RunHistory {
  /** Oldest first. */
  const all = async (): Promise<readonly RunView[]> =>
    (await runs.runs({ publicOnly: false, limit: Number.MAX_SAFE_INTEGER, offset: 0 })).runs.toReversed();
  return {
    page: async ({ repository, branch, status, conclusions, event, sender, limit, offset }) => {
      const found = (await all())
        .filter((view) => view.repository.id === repository)
        .filter((view) => branch === undefined || view.trigger.branch === branch)
        .filter((view) => event === undefined || view.trigger.event === event)
        .filter((view) => sender === undefined || view.trigger.sender === sender)
        .filter((view) => status === undefined || view.progress.run.status === status)
        .filter((view) => {
          const end = mention(view).conclusion;
          return conclusions === undefined || (end !== undefined && conclusions.includes(end));
        })
        .toReversed();
      return { runs: found.slice(offset, offset + limit), hasMore: found.length > offset + limit };
    },
    open: async ({ publicOnly, alsoRepositories = [], limit }) =>
      (await all())
        .filter(({ progress }) => progress.run.status !== 'completed')
        .filter(
          ({ repository }) => !publicOnly || !repository.private || alsoRepositories.includes(repository.id),
        )
        .toReversed()
        .slice(0, limit),
    newest: async (repository, branch) => {
      const found = (await all()).findLast(
        (view) =>
          view.repository.id === repository &&
          view.trigger.branch === branch &&
          view.trigger.pullRequest === undefined,
      );
      return found && mention(found);
    },
    figures: async (repository, since, limit) =>
      (await all())
        .filter((view) => view.repository.id === repository && view.createdAt >= since)
        .flatMap(({ id, createdAt, progress: { run } }) =>
          run.status === 'completed'
            ? [
                {
                  id,
                  createdAt,
                  conclusion: run.conclusion,
                  lastedMs: run.startedAt === undefined ? undefined : run.completedAt - run.startedAt,
                },
              ]
            : [],
        )
        .toReversed()
        .slice(0, limit),
    stages: async () => [
      { stage: 'integration', ends: 12, meanMs: 48_000, longestMs: 112_000, flaky: 3 },
      { stage: 'pre_build', ends: 12, meanMs: 8000, longestMs: 9000, flaky: 0 },
    ],
    around: async (run) => {
      const views = await all();
      const mine = views.find(({ id }) => id === run);
      const same = views.filter(
        ({ repository, trigger }) =>
          repository.id === mine?.repository.id && trigger.branch === mine.trigger.branch,
      );
      const before = same.findLast(({ id }) => id < run);
      const after = same.find(({ id }) => id > run);
      return { before: before && mention(before), after: after && mention(after), sameCommit: [] };
    },
    told: async (run) => {
      const view = await runs.run(run);
      return new Map(
        view?.progress.stages.flatMap(({ id, state }) =>
          state.status === 'completed' ? [[id, state.completedAt + 40]] : [],
        ),
      );
    },
  };
}

function mention({ id, trigger, progress: { run }, createdAt }: RunView): RunMention {
  return {
    id,
    scope: trigger.pullRequest === undefined ? `branch:${trigger.branch}` : `pull:${trigger.pullRequest}`,
    status: run.status,
    conclusion: run.status === 'completed' ? run.conclusion : undefined,
    createdAt,
  };
}
