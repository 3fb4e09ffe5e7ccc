import {
  type CheckApi,
  CheckRefused,
  type CheckStore,
  type CheckSubject,
  type CheckView,
  type DirtyCheck,
} from './ports.js';
import { createTurns } from './turns.js';

export type Delivery =
  | { readonly kind: 'delivered'; readonly githubId: number }
  /** Another run on the commit has the check of that name now. */
  | { readonly kind: 'superseded'; readonly by: number };

type Addressee = Pick<DirtyCheck, 'run' | 'key' | 'githubId' | 'creating'>;

/** Makes GitHub show a view, once. Throws what {@link CheckApi} and {@link CheckStore} throw. */
export type Deliver = (check: Addressee, subject: CheckSubject, view: CheckView) => Promise<Delivery>;

/** Enough for the commits in work. What is forgotten is looked up again. */
const REMEMBERED = 10_000;

/**
 * Keeps to one check run per name and commit: GitHub would keep them all, and an answer that was lost
 * leaves one behind (https://docs.github.com/en/rest/checks/runs#create-a-check-run). Runs of a commit
 * share it: the store knows whose it is at the moment, and who comes into its possession writes over it.
 */
export function createDelivery(api: CheckApi, store: CheckStore): Deliver {
  const turns = createTurns();
  /** GitHub's id of the check of a name on a commit. */
  const known = new Map<string, number>();

  return (check, subject, view) => {
    const place = `${subject.repository.id}/${view.sha}/${view.name}`;
    const list = () => api.find(subject.repository, view.sha, view.name);
    return turns(place, () => deliver());

    async function deliver(): Promise<Delivery> {
      // In turn with all that is written to this check: a claim that is newer comes behind, and has the last word.
      const { holder, shared } = await store.claim(check.run, check.key);
      if (holder !== check.run) {
        return { kind: 'superseded', by: holder };
      }
      const githubId = await write(known.get(place) ?? check.githubId, shared);
      remember(known, place, githubId);
      return { kind: 'delivered', githubId };
    }

    async function write(id: number | undefined, shared: boolean): Promise<number> {
      if (id !== undefined) {
        return update(id);
      }
      return check.creating || shared ? settle(await list()) : create();
    }

    /** Whatever GitHub has of that name on the commit becomes this run's. */
    async function settle(found: Awaited<ReturnType<CheckApi['find']>>): Promise<number> {
      const target = found.find(({ externalId }) => externalId === view.externalId) ?? found[0];
      return target === undefined ? create() : update(target.id);
    }

    async function create(): Promise<number> {
      await store.creating(check.run, check.key);
      return (await api.create(subject.repository, view)).id;
    }

    async function update(id: number): Promise<number> {
      try {
        await api.update(subject.repository, id, view);
        return id;
      } catch (error) {
        // Refused because of what it says, or because it is gone: only the list can tell.
        if (!(error instanceof CheckRefused)) {
          throw error;
        }
        known.delete(place);
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
