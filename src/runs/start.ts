import { createHash } from 'node:crypto';
import type { Plan, Repository, Trigger } from '../pipeline/model.js';
import type { Advance } from './advance.js';
import { eventOf } from './event-of.js';
import { howToAllow, isHeldBack, isUnseen } from './fork.js';
import type { Intake } from './intake.js';
import type { Ask, Stages, Verdict, Wish } from './operations.js';
import type {
  IntakeEvent,
  Logger,
  PullRequest,
  PullRequests,
  RepositoryHistory,
  RunRecord,
  RunStore,
} from './ports.js';
import type { Prepare } from './prepare.js';
import { pullHead } from './pull-head.js';
import { askAfter, type Rerun, refused } from './rerun.js';
import { refOf, scopeOf, shortSha } from './scope.js';
import { runnable } from './stages-named.js';

export interface StartDeps {
  readonly store: RunStore;
  readonly advance: Advance;
  readonly intake: Intake;
  readonly prepare: Prepare;
  readonly pulls: PullRequests;
  readonly history: RepositoryHistory;
  readonly rerun: Rerun;
  readonly logger: Logger;
}

/** Runs commits because somebody wants it, for the first time or again. */
export interface Start {
  pull(ask: Ask, stages: Stages): Promise<Verdict>;
  failedOf(ask: Ask): Promise<Verdict>;
  ref(repository: Repository, ref: string, by: string, wish?: Wish): Promise<Verdict>;
}

interface Wanted {
  readonly stages: Stages | 'failed';
  readonly by: string;
  readonly ask: string;
}

const NOTHING = 'the commit has neither a caicloud.yml nor a Dockerfile: nothing can run';

export function createStart(deps: StartDeps): Start {
  const { store, history, rerun } = deps;

  const again = async (run: RunRecord, request: Wanted): Promise<Verdict> => {
    if (isUnseen(run)) return refused(howToAllow(run.trigger));
    return run.plan.skip === undefined ? rerun({ run: run.id, ...request }) : beginByHand(deps, run, request);
  };

  const first = async (event: IntakeEvent): Promise<Verdict> => {
    const obstacle = event.only === undefined ? undefined : obstacleOf(await planOf(deps, event), event.only);
    if (obstacle !== undefined) return refused(obstacle);
    await deps.intake(event);
    const scope = scopeOf(event);
    const runs = await store.ofCommit(event.repository.id, event.trigger.sha);
    const run = runs.find((one) => one.scope === scope);
    if (run === undefined) return refused(NOTHING);
    return isUnseen(run) ? refused(howToAllow(run.trigger)) : begun(run);
  };

  return {
    async pull(ask, stages) {
      const head = await pullHead(deps, ask.repository, ask.pull);
      if (head?.pull.state !== 'open') return refused('the pull request is not open');
      const name = askName(ask, stages);
      // Begun since: by this very wish before a crash, or by a push that came with it.
      if (head.run !== undefined && isBegunSince(head.run, ask)) return begun(head.run);
      return head.run === undefined
        ? first({ delivery: name, repository: ask.repository, trigger: triggerOf(head.pull, ask.by) })
        : again(head.run, { stages, by: ask.by, ask: name });
    },
    async failedOf(ask) {
      const head = await pullHead(deps, ask.repository, ask.pull);
      if (head === undefined) return refused('the pull request is not open');
      return head.run === undefined
        ? refused(`${shortSha(head.pull.sha)} has not run`)
        : again(head.run, { stages: 'failed', by: ask.by, ask: askName(ask, ['failed']) });
    },
    async ref(repository, name, by, { stages = [], key } = {}) {
      const ref = name.startsWith('refs/') ? name : `refs/heads/${name}`;
      const found = refOf(ref);
      const commit = found === undefined ? undefined : await history.commit(repository, ref);
      if (found === undefined || commit === undefined) return refused(`there is no ${name}`);
      const { sha, message } = commit;
      const earlier = (await store.ofCommit(repository.id, sha)).find(({ scope }) => scope === found.scope);
      // Without a key nobody sends one twice: each start is a wish of its own.
      const ask = key === undefined ? askAfter(earlier, by) : `by ${by} as ${hashOf(key)}`;
      if (earlier?.progress.asks?.includes(ask) === true) return begun(earlier);
      if (earlier !== undefined) return again(earlier, { stages, by, ask });
      const named = found.kind === 'tag' ? { tag: found.name } : { branch: found.name };
      const title = message.split('\n', 1)[0] ?? '';
      const trigger = {
        event: 'manual',
        sha,
        ref,
        ...named,
        fork: false,
        title,
        message,
        sender: by,
      } as const;
      return first({ delivery: ask, repository, trigger, ...(stages.length > 0 && { only: stages }) });
    },
  };
}

/** A comment's time has whole seconds; who and what is asked tell the rest apart. */
function askName({ pull, by, at }: Ask, what: readonly string[]): string {
  return ['pull', pull, by, at, ...what].join(' ');
}

function triggerOf(pull: PullRequest, by: string): Trigger {
  return {
    event: 'pull_request',
    sha: pull.sha,
    ref: `refs/pull/${String(pull.number)}/head`,
    ...(pull.fork ? {} : { branch: pull.headRef }),
    pullRequest: pull.number,
    base: pull.base,
    fork: pull.fork,
    title: pull.title,
    message: '',
    sender: by,
  };
}

/** Its event left everything out, or its commit does; a person stands above both. */
async function beginByHand(
  { store, advance, prepare, logger }: StartDeps,
  run: RunRecord,
  { stages, by, ask }: Wanted,
): Promise<Verdict> {
  const event: IntakeEvent = {
    ...eventOf(run),
    delivery: ask,
    trigger: { ...run.trigger, event: 'manual', sender: by },
    ...(stages !== 'failed' && stages.length > 0 && { only: stages }),
  };
  const planned = await (await prepare(event))?.plan(event);
  if (planned === undefined) return refused(NOTHING);
  const obstacle = obstacleOf(planned.plan, event.only ?? []);
  if (obstacle !== undefined) return refused(obstacle);
  await store.replan(run.id, (now) => (now.plan.skip === undefined ? undefined : planned));
  logger.info({ run: run.id, by }, 'run begun by hand');
  await advance.resume(run.id);
  return begun(run);
}

async function planOf({ prepare }: StartDeps, event: IntakeEvent): Promise<Plan | undefined> {
  return (await (await prepare(event))?.plan(event))?.plan;
}

/** Why these stages cannot be run; undefined: they can. */
function obstacleOf(plan: Plan | undefined, stages: Stages): string | undefined {
  if (plan === undefined) return NOTHING;
  if (plan.jobs.length === 0) return 'no stage of it runs on this event';
  const named = runnable(plan, stages);
  return typeof named === 'string' ? named : undefined;
}

/** A key is of any length and content; a wish is kept with its run. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

function isBegunSince(run: RunRecord, { at }: Ask): boolean {
  return run.createdAt >= at && run.plan.skip === undefined && !isHeldBack(run);
}

function begun({ id, trigger }: RunRecord): Verdict {
  return { kind: 'done', words: `${shortSha(trigger.sha)} runs: run ${String(id)}.`, runs: [id] };
}
