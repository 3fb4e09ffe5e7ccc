import { keepArtifacts, layOutHanded } from './artifacts.js';
import { restoreCaches, storeCaches } from './caches.js';
import { hearing, type StageContext, timed } from './stage-context.js';
import { layOutOwed, rememberResult } from './use-again.js';

/**
 * Resolves when the workspace is as a stage may expect it: the commit's files, what stages that were not run
 * again left, the artifacts of those that this one needs, its caches.
 * @throws CheckoutFailed, StageFailed, DepotUnavailable
 */
export async function workspaceReady(context: StageContext): Promise<void> {
  await timed(context, 'checkout', context.stand.code.done(hearing(context)));
  await layOutOwed(context);
  // A further try begins with the workspace as the one before left it.
  if (context.attempt > 1) return;
  await layOutHanded(context);
  await restoreCaches(context);
}

/** Keeps what outlives a stage that passed; nothing of it writes any more. @throws StageFailed `output`, DepotUnavailable */
export async function keepWhatLasts(context: StageContext): Promise<void> {
  await keepArtifacts(context);
  await rememberResult(context);
  await storeCaches(context);
}
