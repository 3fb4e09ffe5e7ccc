import {
  type CheckApi,
  CheckRefused,
  CheckRetry,
  type CheckView,
  type Clock,
} from '../../src/checks/ports.js';

/** What happens to a request. */
export type Turn =
  | 'ok'
  /** It never arrived. */
  | 'lost'
  /** It was carried out, and the answer was lost. */
  | 'answer_lost'
  /** GitHub was not asked, e.g. there was no token. */
  | 'not_sent'
  | 'refused'
  /** A rate limit for so many ms. */
  | { readonly limitedFor: number };

export interface GitHubCheck {
  readonly id: number;
  /** Every view that it has shown, oldest first. */
  readonly views: CheckView[];
}

export interface ScriptedGitHub extends CheckApi {
  readonly checks: GitHubCheck[];
  /** `create cyclone queued`, `find cyclone`, … in the order of arrival. */
  readonly requests: string[];
  /** Most requests that were in flight at once, and that for one check. */
  readonly most: { all: number; ofOne: number };
  /** For the next requests, in order; then all is well. */
  script(...turns: Turn[]): void;
  /** The one check of the name; fails when there are none or several. */
  only(name: string): GitHubCheck & { readonly view: CheckView };
}

const LATENCY_MS = 80;

export function scriptedGitHub(clock: Clock): ScriptedGitHub {
  let lastId = 99;
  const checks: GitHubCheck[] = [];
  const requests: string[] = [];
  const most = { all: 0, ofOne: 0 };
  const inFlight: string[] = [];
  let turns: Turn[] = [];

  /** Half of the time passes on the way there, half on the way back. */
  async function travel<T>(name: string, words: string, act: () => T): Promise<T> {
    const turn = turns.shift() ?? 'ok';
    requests.push(words);
    inFlight.push(name);
    most.all = Math.max(most.all, inFlight.length);
    most.ofOne = Math.max(most.ofOne, inFlight.filter((one) => one === name).length);
    try {
      await clock.sleep(LATENCY_MS / 2);
      const result = turn === 'ok' || turn === 'answer_lost' ? act() : undefined;
      await clock.sleep(LATENCY_MS / 2);
      if (result !== undefined && turn === 'ok') {
        return result;
      }
      throw failureOf(turn, clock.now());
    } finally {
      inFlight.splice(inFlight.indexOf(name), 1);
    }
  }

  return {
    checks,
    requests,
    most,
    script: (...more) => {
      turns = [...turns, ...more];
    },
    only(name) {
      const named = checks.filter(({ views }) => views.at(-1)?.name === name);
      const [check] = named;
      const view = check?.views.at(-1);
      if (check === undefined || view === undefined || named.length > 1) {
        throw new Error(`${named.length} checks are called ${name}`);
      }
      return { ...check, view };
    },
    create: (_repository, view) =>
      travel(view.name, `create ${view.name} ${view.status}`, () => {
        // Never one that was given before.
        lastId += 1;
        const id = lastId;
        checks.push({ id, views: [view] });
        return { id };
      }),
    update: (_repository, id, view) =>
      travel(view.name, `update ${view.name} ${view.status}`, () => {
        const check = checks.find((one) => one.id === id);
        if (check === undefined) {
          throw new CheckRefused('404');
        }
        check.views.push(view);
        return null;
      }).then(() => undefined),
    find: (_repository, sha, name) =>
      travel(name, `find ${name}`, () =>
        checks
          .filter(({ views }) => views.at(-1)?.name === name && views.at(-1)?.sha === sha)
          .map(({ id, views }) => ({ id, externalId: views.at(-1)?.externalId ?? '' }))
          .toReversed(),
      ),
  };
}

function failureOf(turn: Turn, now: number): Error {
  if (typeof turn === 'object') {
    return new CheckRetry('limited', { retryAt: now + turn.limitedFor, uncertain: false });
  }
  return turn === 'refused'
    ? new CheckRefused('422')
    : new CheckRetry(turn, { uncertain: turn !== 'not_sent' });
}
