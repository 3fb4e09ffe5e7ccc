import type { KeptFiles, PlannedStage, Repository, StageState } from '../pipeline/model.js';
import type { Room, WebContext } from './context.js';
import { personOf } from './person.js';
import type { RunFilter, RunView } from './ports.js';
import { type Person, RightsUnknown } from './rights.js';
import { isSignedRun } from './signature.js';

/** As GitHub has them. Dots alone would be a way up, to other addresses of GitHub's. */
const NAME = /^(?!\.+$)[\w.-]{1,100}$/;

/** An open answer is looked at this often, and by what GitHub said no longer ago: a lost right ends it in a minute. */
const LOOK_MS = 55_000;
const JUST_NOW_MS = 5_000;

/** Of private repositories, a list looks at those whose runs are newest. */
const MOST_LISTED = 50;

/**
 * The run of the address, when who asks may see it. One that they may not see is answered like one that does not
 * exist: a number must tell nothing. What is sent while a stage runs is cut when the right is lost.
 * @throws RightsUnknown
 */
export async function visibleRun(room: Room, c: WebContext): Promise<RunView | undefined> {
  const id = c.req.param('run') ?? '';
  if (!/^[1-9]\d{0,14}$/.test(id)) return undefined;
  const look = async (maxAge?: number): Promise<RunView | undefined> => {
    const view = await room.queries.run(Number(id));
    return view && (await maySee(room, c, view.repository, view.id, maxAge)) ? view : undefined;
  };
  const view = await look();
  if (view) room.streams.watch(c.env.outgoing, LOOK_MS, async () => (await look(JUST_NOW_MS)) !== undefined);
  return view;
}

export interface StageView {
  readonly view: RunView;
  readonly stage: PlannedStage;
  readonly state: StageState;
}

/** @throws RightsUnknown */
export async function visibleStage(room: Room, c: WebContext): Promise<StageView | undefined> {
  const view = await visibleRun(room, c);
  const stage = view?.plan.stages.find(({ id }) => id === c.req.param('stage'));
  return view && stage ? { view, stage, state: stateOf(view, stage.id) } : undefined;
}

/** A repository that had runs, when who asks may see it; the right to one of its runs is not enough. @throws RightsUnknown */
export async function visibleRepository(
  room: Room,
  c: WebContext,
  owner: string,
  name: string,
): Promise<Repository | undefined> {
  const look = async (maxAge?: number): Promise<Repository | undefined> => {
    const repository = await room.repositories.byName(owner, name);
    if (!repository && !(NAME.test(owner) && NAME.test(name))) return undefined;
    const isSeen = await maySee(room, c, repository ?? unknown(owner, name), undefined, maxAge);
    return isSeen ? repository : undefined;
  };
  const repository = await look();
  if (repository) {
    room.streams.watch(c.env.outgoing, LOOK_MS, async () => (await look(JUST_NOW_MS))?.id === repository.id);
  }
  return repository;
}

/**
 * GitHub is asked about a name that had no runs too: neither how long an answer takes nor that GitHub was away
 * tells whether there is a private repository of that name.
 */
function unknown(owner: string, name: string): Repository {
  const nowhere = { cloneUrl: '', htmlUrl: '', defaultBranch: '', installationId: 0 };
  // As the database finds names: in another case it would be asked for anew.
  return { id: 0, owner: owner.toLowerCase(), name: name.toLowerCase(), private: true, ...nowhere };
}

/** What a list may hold. */
export type ListScope = Pick<RunFilter, 'publicOnly' | 'alsoRepositories'>;

/** What is public, and what else who asks may see; while GitHub cannot be asked, what it said of late. */
export async function listScope(room: Room, c: WebContext): Promise<ListScope> {
  const look = async (maxAge?: number): Promise<readonly number[]> => {
    const person = await personOf(room, c);
    if (!person) return [];
    const all = await room.repositories.privateOnes(MOST_LISTED);
    const seen = await Promise.all(all.map((one) => surelySees(room, person, one, maxAge)));
    return all.filter((_, index) => seen[index]).map(({ id }) => id);
  };
  const alsoRepositories = await look();
  if (alsoRepositories.length > 0) {
    room.streams.watch(c.env.outgoing, LOOK_MS, async () => {
      const still = new Set(await look(JUST_NOW_MS));
      return alsoRepositories.every((id) => still.has(id));
    });
  }
  return { publicOnly: true, alsoRepositories };
}

async function surelySees(
  room: Room,
  person: Person,
  repository: Repository,
  maxAge?: number,
): Promise<boolean> {
  try {
    return await room.rights.sees(person, repository, maxAge);
  } catch (error) {
    if (error instanceof RightsUnknown) return false;
    throw error;
  }
}

/** The answer must be right even when a query is not. */
export function isInScope({ alsoRepositories = [] }: ListScope, repository: Repository): boolean {
  return !repository.private || alsoRepositories.includes(repository.id);
}

async function maySee(
  room: Room,
  c: WebContext,
  repository: Repository,
  run: number | undefined,
  maxAge: number | undefined,
): Promise<boolean> {
  if (!repository.private) return true;
  if (run !== undefined && isSignedFor(room, c, run)) return true;
  const person = await personOf(room, c);
  return person !== undefined && room.rights.sees(person, repository, maxAge);
}

/** Whether who asks may see any run of the repository; not known counts as no. */
export async function seesAll(room: Room, c: WebContext, repository: Repository): Promise<boolean> {
  if (!repository.private) return true;
  const person = await personOf(room, c);
  return person !== undefined && surelySees(room, person, repository);
}

/** Whether the request itself carries the right to see the run. */
export function isSignedFor(room: Room, c: WebContext, run: number): boolean {
  return room.signingKey !== undefined && isSignedRun(room.signingKey, run, c.req.query('sig'));
}

export function stateOf(view: RunView, stage: string): StageState {
  return view.progress.stages.find(({ id }) => id === stage)?.state ?? { status: 'queued' };
}

/** What the stage kept for people and other stages. */
export function artifactsOf(state: StageState): KeptFiles | undefined {
  return state.status === 'completed' ? state.facts.artifacts : undefined;
}
