import type { CheckApi, CheckView, Clock } from './ports.js';

/** Enough for all that is told within the time in which it may be told again. */
const REMEMBERED = 10_000;

/** Says how long after its end GitHub was told of a stage or of a run: once of each end, however often it is told. */
export function withReportTimes(
  api: CheckApi,
  clock: Pick<Clock, 'now'>,
  reported: (ms: number) => void,
): CheckApi {
  const told = new Set<string>();
  const note = ({ status, externalId, completedAt }: CheckView): void => {
    if (status !== 'completed' || completedAt === undefined) return;
    const end = `${externalId} ${completedAt}`;
    if (told.has(end)) return;
    told.add(end);
    for (const oldest of told) {
      if (told.size <= REMEMBERED) break;
      told.delete(oldest);
    }
    reported(Math.max(0, clock.now() - completedAt));
  };
  return {
    async create(repository, view) {
      const made = await api.create(repository, view);
      note(view);
      return made;
    },
    async update(repository, id, view) {
      await api.update(repository, id, view);
      note(view);
    },
    find: (repository, sha, name) => api.find(repository, sha, name),
  };
}
