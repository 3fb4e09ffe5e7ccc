import type { CancelRun } from './cancel.js';
import type { Departures } from './departures.js';
import type { PullClosed, RefGone } from './incoming.js';
import { deletedBranch, PULL_CLOSED, supersededBy } from './line.js';
import type { PullRequests, RepositoryHistory, RunRecord, RunStore } from './ports.js';
import { pullScope, refOf } from './scope.js';

export interface GoneDeps {
  readonly store: RunStore;
  readonly history: RepositoryHistory;
  readonly pulls: PullRequests;
  readonly cancel: CancelRun;
  readonly departures: Departures;
}

/** Ends runs whose branch, tag or pull request is gone; one that is back meanwhile keeps them. */
export interface Gone {
  ref(gone: RefGone): Promise<void>;
  pull(closed: PullClosed): Promise<void>;
}

export function createGone({ store, history, pulls, cancel, departures }: GoneDeps): Gone {
  const open = async (repository: number, scope: string): Promise<readonly RunRecord[]> =>
    (await store.inScopes(repository, [scope])).filter(({ progress }) => progress.run.status !== 'completed');

  const endAll = async (runs: readonly RunRecord[], by: string): Promise<void> => {
    for (const { id } of runs) await cancel(id, by, 'sparing');
  };

  return {
    async ref({ repository, ref }) {
      const gone = refOf(ref);
      if (gone === undefined) return;
      // Before its runs are looked up: one that is stored meanwhile sees it.
      departures.note(repository.id, gone.scope);
      const runs = await open(repository.id, gone.scope);
      if (runs.length === 0) return;
      if (gone.kind === 'merge_group') {
        await endAll(runs, 'the merge queue has let go of it');
        return;
      }
      // The deletion may be older than what has been pushed since.
      const now = await history.commit(repository, ref);
      const left = runs.filter(({ trigger }) => trigger.sha !== now?.sha);
      const words = gone.kind === 'branch' ? deletedBranch(gone.name) : `tag ${gone.name} was deleted`;
      await endAll(left, now === undefined ? words : supersededBy(now.sha));
    },
    async pull({ repository, pull }) {
      departures.note(repository.id, pullScope(pull));
      const runs = await open(repository.id, pullScope(pull));
      if (runs.length === 0) return;
      const now = await pulls.get(repository, pull);
      if (now?.state !== 'open') await endAll(runs, PULL_CLOSED);
    },
  };
}
