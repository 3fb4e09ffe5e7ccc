import { parseCron } from '../pipeline/config/cron.js';
import { nextDue } from '../pipeline/next-due.js';
import type {
  Clock,
  IntakeEvent,
  IntakeQueue,
  Logger,
  RepositoryHistory,
  Schedule,
  ScheduleDue,
  Schedules,
} from './ports.js';

/** Makes the schedules of the file on the default branch those that are kept. May be called again. */
export type FollowSchedules = (event: IntakeEvent, schedules: readonly Schedule[]) => Promise<void>;

/** @param deps.history asked only when something is to change: an older push must not undo a newer one's */
export function createFollowSchedules(deps: {
  readonly schedules: Schedules;
  readonly history: RepositoryHistory;
  readonly logger: Logger;
}): FollowSchedules {
  return async ({ repository, trigger }, wanted) => {
    if (trigger.event !== 'push' || trigger.branch !== repository.defaultBranch) return;
    if (await deps.schedules.has(repository, wanted)) return;
    const newest = await deps.history.newest(repository, trigger.branch);
    if (newest.kind !== 'commit' || newest.sha !== trigger.sha) return;
    await deps.schedules.set(repository, wanted);
    deps.logger.info({ repository: repository.id, schedules: wanted.length }, 'schedules follow the file');
  };
}

/** Turns a schedule whose time has come into an event for the intake. Rejects: to be tried again. */
export type CarryOutSchedule = (due: ScheduleDue) => Promise<void>;

export function createCarryOutSchedule(deps: {
  readonly schedules: Schedules;
  readonly history: RepositoryHistory;
  readonly intake: IntakeQueue;
  readonly clock: Clock;
  readonly logger: Logger;
}): CarryOutSchedule {
  return async ({ repository: known, number, schedule, slot, again }) => {
    const fields = { repository: known.id, cron: schedule.cron, slot: minuteOf(slot) };
    // After an outage of GitHub the newest slot runs, not all that it kept from running.
    if (again && isOvertaken(schedule, slot, deps.clock.now())) {
      deps.logger.warn(fields, 'schedule skipped: its next time has come');
      return;
    }
    const newest = await deps.history.newest(known, schedule.branch);
    switch (newest.kind) {
      case 'no_repository':
        await deps.schedules.set(known, []);
        deps.logger.warn(fields, 'schedules dropped: the repository is gone');
        return;
      case 'no_branch':
        deps.logger.warn({ ...fields, branch: newest.branch }, 'schedule skipped: its branch is gone');
        return;
      case 'commit':
        await deps.intake.add({
          kind: 'commit',
          delivery: `schedule-${String(known.id)}-${String(number)}-${String(slot)}`,
          repository: newest.repository,
          trigger: {
            event: 'schedule',
            sha: newest.sha,
            ref: `refs/heads/${newest.branch}`,
            branch: newest.branch,
            fork: false,
            title: newest.message.split('\n', 1)[0] ?? '',
            message: newest.message,
            sender: 'schedule',
          },
          schedule: { ...schedule, slot },
        });
    }
  };
}

/** `schedule:2026-01-05T03:00Z`: the same commit runs at every slot, and once at each. */
export function scheduleScope(slot: number): string {
  return `schedule:${minuteOf(slot)}`;
}

function minuteOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

function isOvertaken({ cron }: Schedule, slot: number, now: number): boolean {
  const read = parseCron(cron);
  const next = read.ok ? nextDue(read.cron, slot) : undefined;
  return next !== undefined && next <= now;
}
