import { runOf } from './identity.js';
import {
  type CheckApi,
  CheckRefused,
  type CheckStore,
  type CheckSubject,
  type CheckView,
  type DirtyCheck,
  WHOLE_RUN,
} from './ports.js';
import { createTurns } from './turns.js';

export type Delivery =
  | { readonly kind: 'delivered'; readonly githubId: number }
  /** A later run on the commit has the check of that name now. */
  | { readonly kind: 'superseded'; readonly by: number };

type Addressee = Pick<DirtyCheck, 'run' | 'key' | 'githubId' | 'creating'>;

/** Makes GitHub show a view, once. Throws what {@link CheckApi} and {@link CheckStore} throw. */
export type Deliver = (check: Addressee, subject: CheckSubject, view: CheckView) => Promise<Delivery>;

/** Enough for the commits in work. What is forgotten is looked up again. */
const REMEMBERED = 10_000;

/**
 * Keeps to one check run per name and commit: GitHub would keep them all, and an answer that was lost
 * leaves one behind (https://docs.github.com/en/rest/checks/runs#create-a-check-run). A later run takes
 * over the check of an earlier one; an earlier one never takes it back.
 */
export function createDelivery(api: CheckApi, store: CheckStore): Deliver {
  const turns = createTurns();
  /** Whose a check of a name and commit is. */
  const holders = new Map<string, { readonly run: number; readonly githubId: number }>();
  /** Commits on which nothing of ours was when that run came: its stages need not look. */
  const untouched = new Map<string, number>();

  return (check, subject, view) => {
    const commit = `${subject.repository.id}/${view.sha}`;
    const place = `${commit}/${view.name}`;
    const list = () => api.find(subject.repository, view.sha, view.name);
    return turns(place, () => deliver());

    async function deliver(): Promise<Delivery> {
      const holder = holders.get(place);
      if (holder !== undefined) {
        return holder.run > check.run
          ? { kind: 'superseded', by: holder.run }
          : taken(await update(holder.githubId));
      }
      if (isNew()) {
        return taken(await create());
      }
      const found = await list();
      if (check.key === WHOLE_RUN) {
        remember(untouched, commit, found.length === 0 ? check.run : 0);
      }
      return settle(found);
    }

    function isNew(): boolean {
      return check.githubId === undefined && !check.creating && untouched.get(commit) === check.run;
    }

    /** Whatever GitHub has of that name on the commit becomes this run's, unless it is a later run's. */
    async function settle(found: Awaited<ReturnType<CheckApi['find']>>): Promise<Delivery> {
      const newest = Math.max(0, ...found.map(({ externalId }) => runOf(externalId) ?? 0));
      if (newest > check.run) {
        return { kind: 'superseded', by: newest };
      }
      const target = found.find(({ externalId }) => externalId === view.externalId) ?? found[0];
      return taken(target === undefined ? await create() : await update(target.id));
    }

    async function create(): Promise<number> {
      await store.creating(check.run, check.key);
      return (await api.create(subject.repository, view)).id;
    }

    async function update(id: number): Promise<number> {
      // Before the answer: if it is lost, an earlier run must not take the check back meanwhile.
      remember(holders, place, { run: check.run, githubId: id });
      try {
        await api.update(subject.repository, id, view);
        return id;
      } catch (error) {
        // Refused because of what it says, or because it is gone: only the list can tell.
        if (!(error instanceof CheckRefused)) {
          throw error;
        }
        holders.delete(place);
        const left = await list();
        if (left.some((one) => one.id === id)) {
          throw error;
        }
        const other = left[0];
        if (other === undefined) {
          return create();
        }
        await api.update(subject.repository, other.id, view);
        return other.id;
      }
    }

    function taken(githubId: number): Delivery {
      remember(holders, place, { run: check.run, githubId });
      return { kind: 'delivered', githubId };
    }
  };
}

function remember<T>(memory: Map<string, T>, name: string, value: T): void {
  memory.delete(name);
  memory.set(name, value);
  const [oldest] = memory.keys();
  if (memory.size > REMEMBERED && oldest !== undefined) {
    memory.delete(oldest);
  }
}
