import { begin } from '../pipeline/progress.js';
import type { Advance } from './advance.js';
import { eventOf } from './event-of.js';
import { isUnseen } from './fork.js';
import type { Ask, Verdict } from './operations.js';
import type { Clock, IntakeEvent, Logger, PullRequests, Replan, RunRecord, RunStore } from './ports.js';
import type { Prepare } from './prepare.js';
import { refused } from './rerun.js';
import { pullScope, shortSha } from './scope.js';

export interface AllowDeps {
  readonly store: RunStore;
  readonly advance: Advance;
  readonly prepare: Prepare;
  readonly pulls: PullRequests;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Lets a stranger's commit run: the one that somebody has seen, and no other. */
export interface Allow {
  /** @param sha seven digits or more; undefined: the head as it was known at that time */
  pull(ask: Ask, sha: string | undefined): Promise<Verdict>;
  run(run: number, by: string): Promise<Verdict>;
}

export function createAllow(deps: AllowDeps): Allow {
  const { store, pulls, logger } = deps;

  const letGo = async (record: RunRecord, by: string): Promise<Verdict> => {
    const verdict: Verdict = {
      kind: 'done',
      words: `${shortSha(record.trigger.sha)} may run: run ${String(record.id)}.`,
      runs: [record.id],
    };
    // Asked for twice, or after a crash.
    if (!isUnseen(record)) {
      await deps.advance.resume(record.id);
      return verdict;
    }
    const pull = await pulls.get(record.repository, record.trigger.pullRequest ?? 0);
    if (pull?.state !== 'open') return refused('the pull request is not open');
    if (pull.sha !== record.trigger.sha) return moved(record.trigger.sha, pull.sha);
    const planned = await plannedFor(deps, record, by);
    if (planned === undefined) return refused('the commit has no caicloud.yml any more');
    await store.replan(record.id, (now) => (isUnseen(now) ? keeping(now, planned) : undefined));
    logger.info({ run: record.id, sha: record.trigger.sha, by }, 'commit of a fork may run');
    await deps.advance.resume(record.id);
    return verdict;
  };

  return {
    async pull({ repository, pull: number, by, at }, sha) {
      if (sha !== undefined && !/^[0-9a-f]{7,64}$/i.test(sha)) {
        return refused(`${sha} is not a commit: seven digits of it or more are needed`);
      }
      const runs = await store.inScopes(repository.id, [pullScope(number)]);
      const pull = await pulls.get(repository, number);
      if (pull?.state !== 'open') return refused('the pull request is not open');
      if (!pull.fork) return refused('the pull request is not from a fork: it runs by itself');
      if (sha !== undefined && !pull.sha.startsWith(sha.toLowerCase())) return moved(sha, pull.sha);
      const seen = sha === undefined ? newestBefore(runs, at) : undefined;
      // A head of that second or later may be another than the one on the screen of who wrote.
      if (sha === undefined && seen?.trigger.sha !== pull.sha) {
        return seen === undefined ? named(pull.sha) : moved(seen.trigger.sha, pull.sha);
      }
      const run = runs.find(({ trigger }) => trigger.sha === pull.sha);
      return run === undefined
        ? refused(`${shortSha(pull.sha)} is not known here yet, or there is nothing in it to run`)
        : letGo(run, by);
    },
    async run(id, by) {
      const record = await store.load(id);
      if (record === undefined) return refused(`there is no run ${String(id)}`);
      if (!record.trigger.fork) return refused(`run ${String(id)} does not wait for a person`);
      return letGo(record, by);
    },
  };
}

/** The head at that time, as far as was known here: a commit that is pushed back to is newer than what came between. */
function newestBefore(runs: readonly RunRecord[], at: number): RunRecord | undefined {
  const known = ({ createdAt, progress }: RunRecord): number => progress.backAt ?? createdAt;
  return runs.filter((run) => known(run) < at).toSorted((a, b) => known(b) - known(a))[0];
}

function keeping({ progress: { backAt } }: RunRecord, planned: Replan): Replan {
  return backAt === undefined ? planned : { ...planned, progress: { ...planned.progress, backAt } };
}

function moved(from: string, to: string): Verdict {
  const head = shortSha(to);
  return refused(
    `the head of the pull request is ${head} now, and not ${shortSha(from)}: look at it, and say /ok-to-test ${head}`,
  );
}

function named(sha: string): Verdict {
  const head = shortSha(sha);
  return refused(
    `the head of the pull request, ${head}, came just now: look at it, and say /ok-to-test ${head}`,
  );
}

async function plannedFor(
  { prepare, clock }: AllowDeps,
  record: RunRecord,
  by: string,
): Promise<Replan | undefined> {
  const asked = eventOf(record);
  // What its event or its commit leaves out runs because a person wants it.
  const event: IntakeEvent =
    record.plan.skip === undefined
      ? asked
      : { ...asked, trigger: { ...record.trigger, event: 'manual', sender: by } };
  const run = await (await prepare(event))?.plan(event);
  if (run === undefined) return undefined;
  const at = clock.now();
  const progress = run.plan.jobs.length > 0 ? begin(run.plan, at) : run.progress;
  return { ...run, progress: { ...progress, allowed: { by, at } } };
}
