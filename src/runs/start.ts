import type { Repository, Trigger } from '../pipeline/model.js';
import type { Advance } from './advance.js';
import { eventOf } from './event-of.js';
import { howToAllow, isHeldBack, isUnseen } from './fork.js';
import type { Intake } from './intake.js';
import type { Ask, Stages, Verdict } from './operations.js';
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
  ref(repository: Repository, ref: string, by: string): Promise<Verdict>;
}

const NOTHING = 'the commit has neither a caicloud.yml nor a Dockerfile: nothing can run';

export function createStart(deps: StartDeps): Start {
  const { store, history, rerun } = deps;

  const again = async (
    run: RunRecord,
    request: { readonly stages: Stages | 'failed'; readonly by: string; readonly ask: string },
  ): Promise<Verdict> => {
    if (isUnseen(run)) return refused(howToAllow(run.trigger));
    return run.plan.skip === undefined
      ? rerun({ run: run.id, ...request })
      : beginByHand(deps, run, request.by);
  };

  const first = async (event: IntakeEvent): Promise<Verdict> => {
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
    async ref(repository, name, by) {
      const ref = name.startsWith('refs/') ? name : `refs/heads/${name}`;
      const found = refOf(ref);
      const commit = found === undefined ? undefined : await history.commit(repository, ref);
      if (found === undefined || commit === undefined) return refused(`there is no ${name}`);
      const { sha, message } = commit;
      const earlier = (await store.ofCommit(repository.id, sha)).find(({ scope }) => scope === found.scope);
      // Nobody sends one twice: each start is a wish of its own.
      const ask = askAfter(earlier, by);
      if (earlier !== undefined) return again(earlier, { stages: [], by, ask });
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
      return first({ delivery: ask, repository, trigger });
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
  by: string,
): Promise<Verdict> {
  const asked = eventOf(run);
  const event: IntakeEvent = { ...asked, trigger: { ...run.trigger, event: 'manual', sender: by } };
  const planned = await (await prepare(event))?.plan(event);
  if (planned === undefined) return refused(NOTHING);
  if (planned.plan.jobs.length === 0) return refused('no stage of it runs on this event');
  await store.replan(run.id, (now) => (now.plan.skip === undefined ? undefined : planned));
  logger.info({ run: run.id, by }, 'run begun by hand');
  await advance.resume(run.id);
  return begun(run);
}

function isBegunSince(run: RunRecord, { at }: Ask): boolean {
  return run.createdAt >= at && run.plan.skip === undefined && !isHeldBack(run);
}

function begun({ id, trigger }: RunRecord): Verdict {
  return { kind: 'done', words: `${shortSha(trigger.sha)} runs: run ${String(id)}.`, runs: [id] };
}
