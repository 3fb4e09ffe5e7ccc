import type { Repository } from '../pipeline/model.js';
import type { Clock, People } from './ports.js';
import { createQuota } from './quota.js';

/** Who asks: a session, or a token that came with the request. */
export interface Person {
  /** The same for the same session or token, and for nobody else. */
  readonly key: string;
  /** Undefined: GitHub was not asked yet. */
  readonly login: string | undefined;
  /** Undefined: there is none any more. Rejects when GitHub cannot be asked for another. */
  token(): Promise<string | undefined>;
  /** GitHub does not take the token any more. */
  end(): Promise<void>;
}

export type Standing = 'none' | 'read' | 'write';

/** What GitHub lets people do, as it said within the last minute. */
export interface Rights {
  /** @param maxAge milliseconds; default a minute. @throws RightsUnknown */
  sees(person: Person, repository: Repository, maxAge?: number): Promise<boolean>;
  /** Whose token it is, asked anew. Undefined: GitHub does not take it, and a session of it has ended. @throws RightsUnknown */
  who(person: Person): Promise<{ readonly login: string; readonly token: string } | undefined>;
  /** `none` also for a token that GitHub does not take. @throws RightsUnknown */
  standing(person: Person, repository: Repository, maxAge?: number): Promise<Standing>;
}

/** GitHub cannot be asked, or was asked too often: what is private stays closed meanwhile. */
export class RightsUnknown extends Error {
  override readonly name = 'RightsUnknown';
}

const FRESH_MS = 60_000;
/** An entry is some hundred bytes; the oldest go first. */
const MOST_KEPT = 5_000;
/** A person with as many private repositories as a list looks at may turn its pages. */
const EACH_MINUTE = 300;
const ALL_A_MINUTE = 30_000;
/** Anybody can make up tokens: what is asked for them takes nothing from people who signed in. */
const TOKENS_A_MINUTE = 600;

interface Kept {
  /** When it was asked, not answered: a right may be lost in between. */
  readonly at: number;
  readonly answer: Promise<Standing>;
}

/** @param people undefined: nobody has rights */
export function createRights(people: People | undefined, clock: Clock): Rights {
  const kept = new Map<string, Kept>();
  const ofSessions = createQuota(() => clock.now(), EACH_MINUTE, ALL_A_MINUTE);
  const ofTokens = createQuota(() => clock.now(), EACH_MINUTE, TOKENS_A_MINUTE);

  const recall = (
    key: string,
    maxAge: number,
    person: Person,
    ask: () => Promise<Standing>,
  ): Promise<Standing> => {
    const known = kept.get(key);
    const at = clock.now();
    if (known && at - known.at < maxAge) return known.answer;
    const quota = person.login === undefined ? ofTokens : ofSessions;
    if (quota.take(person.key) > 0) return Promise.reject(new RightsUnknown('GitHub was asked too often'));
    const answer = ask();
    const entry = { at, answer };
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    answer.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return answer;
  };

  const who = async (person: Person) => {
    const token = await person.token();
    const login = token === undefined ? undefined : await people?.whose(token);
    // A name that changed its owner meanwhile is somebody else's.
    if (token !== undefined && login !== undefined && login === (person.login ?? login))
      return { login, token };
    await person.end();
    return undefined;
  };

  return {
    who: (person) => answered(() => who(person)),
    async sees(person, repository, maxAge = FRESH_MS) {
      if (people === undefined) return false;
      const { id, owner, name } = repository;
      const key = `${person.key} sees ${id} ${owner}/${name}`;
      const standing = await recall(key, maxAge, person, () =>
        answered(async () => {
          const token = await person.token();
          if (token === undefined) return 'none';
          const seen = await people.sees(token, repository);
          if (seen === 'token_refused') await person.end();
          return seen === 'yes' ? 'read' : 'none';
        }),
      );
      return standing !== 'none';
    },
    async standing(person, repository, maxAge = FRESH_MS) {
      if (people === undefined) return 'none';
      return recall(`${person.key} may ${repository.id}`, maxAge, person, () =>
        answered(async () => {
          const known = await who(person);
          return known ? people.standing(known.token, known.login, repository) : 'none';
        }),
      );
    },
  };
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new RightsUnknown('GitHub cannot be asked what somebody may', { cause });
  }
}
