import { shownName } from '../image-reference.js';
import { authFor } from '../job.js';
import { EngineRefused } from '../ports.js';
import type { StageContext } from '../stage-context.js';

/**
 * The images of `cache_from` that are local, after a pull of each. Those that are not must not reach the engine: it
 * takes layers of local images only, and leaves its own cache aside as soon as one image is named.
 */
export async function cacheImages(
  context: StageContext,
  references: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    references.map(async (reference) => ((await isLocal(context, reference)) ? [reference] : [])),
  );
  return found.flat();
}

async function isLocal({ job, facts }: StageContext, reference: string): Promise<boolean> {
  const { engine } = job.deps;
  const auth = authFor(job.lease, reference);
  job.images.add(shownName(reference));
  try {
    const { signal } = job.halt;
    await engine.pull(reference, { always: true, ...(auth && { auth }), signal, log: () => undefined });
    return true;
  } catch (error) {
    if (!(error instanceof EngineRefused)) throw error;
    const local = (await engine.image(reference)) !== undefined;
    const use = local ? 'is used as it was pulled before' : 'is not used';
    facts.note(`cache_from: ${reference} ${use}: ${error.message}`);
    return local;
  }
}
