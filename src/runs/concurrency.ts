import type { PlannedJob, RunProgress, StageId } from '../pipeline/model.js';
import { progress } from '../pipeline/progress.js';
import { groupAhead, groupOf, nextStage } from '../pipeline/waiting.js';
import type { Clock, GroupStore, Place, RunListener, RunRecord, RunStore } from './ports.js';

export interface ConcurrencyDeps {
  readonly groups: GroupStore;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly changed: RunListener;
}

/**
 * Of the stages of one `concurrency` group, over all runs of a repository, one goes at a time, first come
 * first served. A stage has its group from the moment that its job is queued for it until it has ended.
 */
export interface Concurrency {
  /**
   * Whether the job may be queued for its next stage. `waits`: it stands in line, and its check says behind
   * whom. `over`: the stage ended meanwhile.
   */
  admits(record: RunRecord, job: PlannedJob): Promise<'yes' | 'waits' | 'over'>;
  /** The first stage of the job whose group it does not have: an owner gives the job back there. */
  heldAt(record: RunRecord, job: PlannedJob): Promise<StageId | undefined>;
  /** Takes stages that have ended out of their lines. @returns runs with stages that stood behind them */
  passOn(record: RunRecord): Promise<readonly number[]>;
  /** The same for all runs: what a crash kept from it. Whoever is first then is still to be queued. */
  mend(): Promise<void>;
}

export function createConcurrency({ groups, store, clock, changed }: ConcurrencyDeps): Concurrency {
  /** Twice asked with one answer, the words can only become untrue by someone who then comes by again. */
  const standBehind = async (record: RunRecord, group: string, place: Place): Promise<'yes' | 'waits'> => {
    const join = (): Promise<Place> => groups.join(record.repository.id, group, place, clock.now());
    let first = await join();
    while (!isSame(first, place)) {
      await say(place, `group ${group}, which ${holder(first, place)}`);
      const still = await join();
      if (isSame(still, first)) return 'waits';
      first = still;
    }
    return 'yes';
  };

  const say = async ({ run, stage }: Place, waits: string): Promise<void> => {
    const event = { type: 'stage_waits', stage, waits, while: 'waiting', at: clock.now() } as const;
    const result = await store.update(run, (now) => progress(now.plan, now.progress, event));
    if (result?.changed === true) changed(run);
  };

  return {
    async admits(record, job) {
      const stage = nextStage(record.progress, job);
      const group = stage === undefined ? undefined : groupOf(record.plan, stage);
      if (stage === undefined || group === undefined) return 'yes';
      const verdict = await standBehind(record, group, { run: record.id, stage });
      // Who ended the stage may have taken it out of the line before it was in.
      const now = await store.load(record.id);
      return now !== undefined && isOpen(now.progress, stage) ? verdict : 'over';
    },

    async heldAt(record, job) {
      const stage = nextStage(record.progress, job);
      const group = stage === undefined ? undefined : groupOf(record.plan, stage);
      if (stage !== undefined && group !== undefined) {
        const first = await groups.first(record.repository.id, group);
        if (first === undefined || !isSame(first, { run: record.id, stage })) return stage;
      }
      return groupAhead(record.plan, record.progress, job);
    },

    async passOn({ id, plan, progress: now, repository }) {
      const ended = plan.stages.filter(
        (stage) => stage.options?.concurrency !== undefined && !isOpen(now, stage.id),
      );
      if (ended.length === 0) return [];
      const behind = await groups.leave(
        repository.id,
        ended.map(({ id: stage }) => ({ run: id, stage })),
      );
      return [...new Set(behind.map(({ run }) => run))];
    },

    async mend() {
      for (const { repository, ...place } of await groups.all()) {
        const record = await store.load(place.run);
        if (record === undefined || !isOpen(record.progress, place.stage)) {
          await groups.leave(repository, [place]);
        }
      }
    },
  };
}

function isOpen({ stages }: RunProgress, stage: StageId): boolean {
  return stages.some(({ id, state }) => id === stage && state.status !== 'completed');
}

function isSame(one: Place, other: Place): boolean {
  return one.run === other.run && one.stage === other.stage;
}

function holder(first: Place, own: Place): string {
  return first.run === own.run
    ? `${first.stage} of this run holds`
    : `run ${String(first.run)} holds (${first.stage})`;
}
