import type { KeptFiles, StageId } from '../pipeline/model.js';
import { ArchiveRefused, KEPT_LIMITS } from './archive-rules.js';
import { withIncoming } from './incoming.js';
import { packFiles, unzipped } from './pack.js';
import { DepotUnavailable } from './ports.js';
import { type Selection, type SelectionOptions, selectFiles } from './selection.js';
import type { StageContext } from './stage-context.js';
import { StageFailed } from './stage-failed.js';
import { moveAllInto, unpack } from './unpack.js';

/** The files of the workspace that the patterns take; notes which links it leaves. @throws StageFailed `output` */
export async function selectKept(
  { stand, facts }: StageContext,
  patterns: readonly string[],
  { allLinks = false }: Pick<SelectionOptions, 'allLinks'> = {},
): Promise<Selection> {
  const options = { limits: KEPT_LIMITS, allLinks };
  const selection = await selectFiles(stand.workspace.code, patterns, options).catch((error: unknown) => {
    throw error instanceof ArchiveRefused ? notKept(error) : error;
  });
  const [first, ...more] = selection.leftOut;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    facts.note(`not kept: ${first}${others}, which links to what is outside the workspace`);
  }
  return selection;
}

/** @throws DepotUnavailable */
export async function putKept({ job, stand }: StageContext, { entries }: Selection): Promise<KeptFiles> {
  const content = packFiles([{ root: stand.workspace.code, entries }], { times: false });
  const put = job.deps.depot.put(content, job.halt.signal);
  const blob = await saying('its files were not kept', put);
  return { ...blob, files: entries.filter(({ kind }) => kind !== 'directory').length };
}

/**
 * Lays what a stage kept over what is in the workspace.
 * @throws DepotUnavailable; StageFailed `workspace` when it is gone, or does not fit
 */
export async function layOutKept(
  { job, stand }: StageContext,
  { from, digest }: { readonly from: StageId; readonly digest: string },
): Promise<void> {
  const words = `the files of ${from} were not laid out`;
  const content = await saying(words, job.deps.depot.get(digest, job.halt.signal));
  if (content === undefined) {
    throw new StageFailed('workspace', `${words}: they are no longer kept; run ${from} again`);
  }
  const laid = withIncoming(stand.workspace, async (incoming) => {
    await unpack(unzipped(content), incoming, { limits: KEPT_LIMITS });
    await moveAllInto(incoming, stand.workspace.code);
  });
  await saying(words, laid);
}

/** A failure that says what it prevented. */
async function saying<T>(words: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DepotUnavailable) {
      throw new DepotUnavailable(`${words}: ${error.message}`, { cause: error });
    }
    if (error instanceof ArchiveRefused) {
      throw new StageFailed('workspace', `${words}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function notKept(cause: ArchiveRefused): StageFailed {
  return new StageFailed('output', `its files were not kept: ${cause.message}`, { cause });
}
