import type { Repository } from '../pipeline/model.js';
import type { Gone } from './gone.js';
import type { ButtonPressed, Comment, Incoming, RerunAsked } from './incoming.js';
import type { Installations } from './installation.js';
import type { Intake } from './intake.js';
import type { Operations, Verdict } from './operations.js';
import type { Logger, RunStore } from './ports.js';
import type { Rerun } from './rerun.js';

export interface ReceiveDeps {
  readonly intake: Intake;
  readonly gone: Gone;
  readonly installations: Installations;
  readonly operations: Pick<Operations, 'cancel' | 'allowRun'>;
  readonly rerun: Rerun;
  /** Carries out the commands of a comment. */
  readonly commands: (comment: Comment) => Promise<void>;
  readonly mayWrite: MayWrite;
  readonly store: RunStore;
  readonly logger: Logger;
}

/** Whether somebody (GitHub login) may write to the repository now. Rejects when GitHub cannot be asked. */
export type MayWrite = (repository: Repository, login: string) => Promise<boolean>;

/**
 * Carries out what webhooks left, whatever it is. Safe to repeat, in any order: what comes late is told by what
 * the commits say of each other and by where GitHub stands. Rejects: to be tried again.
 */
export type Receive = (incoming: Incoming) => Promise<void>;

export function createReceive(deps: ReceiveDeps): Receive {
  const answered = (incoming: { readonly delivery: string }, verdict: Verdict): void =>
    deps.logger.info({ delivery: incoming.delivery, verdict: verdict.words }, `wish ${verdict.kind}`);

  return async (incoming) => {
    switch (incoming.kind) {
      case 'commit':
        return deps.intake(incoming);
      case 'ref_gone':
        return deps.gone.ref(incoming);
      case 'pull_closed':
        return deps.gone.pull(incoming);
      case 'comment':
        return deps.commands(incoming);
      case 'rerun_asked': {
        if (!(await isAllowed(deps, incoming))) return;
        const wish = await rerunOf(deps, incoming);
        if (wish === undefined) {
          deps.logger.info({ delivery: incoming.delivery, sha: incoming.sha }, 'nothing to run again');
          return;
        }
        return answered(incoming, await deps.rerun({ ...wish, by: incoming.by, ask: incoming.delivery }));
      }
      case 'button_pressed':
        if (!(await isAllowed(deps, incoming))) return;
        return pressed(deps, incoming, (verdict) => answered(incoming, verdict));
      case 'repository_changed':
        return deps.installations.repository(incoming);
      case 'installation_changed':
        return deps.installations.installation(incoming);
    }
  };
}

/** GitHub shows its buttons to who may write; a right may be gone by now. */
async function isAllowed(
  { mayWrite, logger }: ReceiveDeps,
  { repository, by, delivery }: RerunAsked | ButtonPressed,
): Promise<boolean> {
  const isWriter = await mayWrite(repository, by);
  if (!isWriter) logger.warn({ delivery, by }, 'wish of somebody without the right to write');
  return isWriter;
}

/** "Re-run all" means what the commit's checks show: the newest run. */
async function rerunOf(
  { store }: ReceiveDeps,
  { repository, sha, externalId }: RerunAsked,
): Promise<{ readonly run: number; readonly stages: readonly string[] } | undefined> {
  if (externalId !== undefined) return ofCheck(store, { repository, sha, externalId });
  const [newest] = await store.ofCommit(repository.id, sha);
  return newest && { run: newest.id, stages: [] };
}

async function pressed(
  { store, operations, rerun, logger }: ReceiveDeps,
  button: ButtonPressed,
  answered: (verdict: Verdict) => void,
): Promise<void> {
  const { identifier, by, delivery } = button;
  const check = await ofCheck(store, button);
  if (check === undefined) {
    logger.warn({ delivery, externalId: button.externalId }, 'button of a check that is not ours');
    return;
  }
  switch (identifier) {
    case 'cancel':
      return answered(await operations.cancel(check.run, by));
    case 'approve':
      return answered(await operations.allowRun(check.run, by));
    case 'rerun':
      // On the check of the whole run it says "Re-run failed"; GitHub's own button runs all of it.
      return answered(
        await rerun({
          run: check.run,
          stages: check.stages.length === 0 ? 'failed' : check.stages,
          by,
          ask: delivery,
        }),
      );
    default:
      logger.warn({ delivery, identifier }, 'button that we do not know');
  }
}

/** By its name `<run>/<stage>`, `<run>/cyclone`; of the repository and commit that the webhook is about. */
async function ofCheck(
  store: RunStore,
  { repository, sha, externalId }: Pick<ButtonPressed, 'repository' | 'sha' | 'externalId'>,
): Promise<{ readonly run: number; readonly stages: readonly string[] } | undefined> {
  const [, id = '', stage = ''] = /^(\d{1,15})\/(.+)$/s.exec(externalId) ?? [];
  const record = id === '' ? undefined : await store.load(Number(id));
  if (record?.repository.id !== repository.id || record.trigger.sha !== sha) return undefined;
  return { run: record.id, stages: stage === 'cyclone' ? [] : [stage] };
}
