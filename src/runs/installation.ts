import type { Repository } from '../pipeline/model.js';
import type { CancelRun } from './cancel.js';
import type { InstallationChanged, RepositoryChanged } from './incoming.js';
import type {
  IntakeQueue,
  Logger,
  RepositoryHistory,
  RepositoryStore,
  RunStore,
  Schedules,
} from './ports.js';

export interface InstallationDeps {
  readonly repositories: RepositoryStore;
  readonly store: RunStore;
  readonly schedules: Schedules;
  readonly history: RepositoryHistory;
  readonly intake: IntakeQueue;
  readonly cancel: CancelRun;
  readonly logger: Logger;
}

/** Follows what becomes of repositories, and of our right to them. */
export interface Installations {
  repository(changed: RepositoryChanged): Promise<void>;
  installation(changed: InstallationChanged): Promise<void>;
}

export function createInstallations(deps: InstallationDeps): Installations {
  const { repositories, store, schedules, history, intake, cancel, logger } = deps;

  const leave = async (left: readonly Repository[], by: string, forGood: boolean): Promise<void> => {
    const ids = left.map(({ id }) => id);
    for (const run of await store.unfinished()) {
      const record = await store.load(run);
      if (record !== undefined && ids.includes(record.repository.id)) await cancel(run, by);
    }
    for (const repository of left) await schedules.set(repository, []);
    // A suspended installation comes back, and its checks are still wanted then.
    if (forGood) await repositories.giveUpChecks(ids, by);
    if (ids.length > 0) logger.info({ repositories: ids, by }, 'repositories left');
  };

  /** What was pushed meanwhile nobody told us: the default branch stands for it, and has the schedules. */
  const takeUp = async (back: readonly Repository[], delivery: string): Promise<void> => {
    for (const known of back) {
      const newest = await history.newest(known, undefined);
      if (newest.kind !== 'commit') continue;
      const { repository, branch, sha, message } = newest;
      await repositories.follow(repository);
      await intake.add({
        kind: 'commit',
        delivery: `back-${delivery}-${String(repository.id)}`,
        repository,
        trigger: {
          event: 'push',
          sha,
          ref: `refs/heads/${branch}`,
          branch,
          fork: false,
          title: message.split('\n', 1)[0] ?? '',
          message,
          sender: 'catch-up',
        },
      });
    }
  };

  return {
    async repository({ repository, change }) {
      if (change === 'deleted') await leave([repository], 'the repository was deleted', true);
      else await repositories.follow(repository);
    },
    async installation({ installation, change, repositories: ids, delivery }) {
      switch (change) {
        case 'deleted':
          await leave(await repositories.ofInstallation(installation), 'the app was uninstalled', true);
          return;
        case 'suspended':
          await leave(await repositories.ofInstallation(installation), 'the app was suspended', false);
          return;
        case 'repositories_removed':
          await leave(await repositories.byId(ids), 'the app was taken off the repository', true);
          return;
        case 'unsuspended':
          await takeUp(await repositories.ofInstallation(installation), delivery);
          return;
        case 'created':
        case 'repositories_added': {
          const known = await repositories.byId(ids);
          // Installed anew, it has another number.
          await takeUp(
            known.map((repository) => ({ ...repository, installationId: installation })),
            delivery,
          );
        }
      }
    },
  };
}
