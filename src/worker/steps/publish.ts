import type { Outcome } from '../../pipeline/model.js';
import { repositoryName } from '../image-reference.js';
import { authFor } from '../job.js';
import { hearing, type StageContext, timed } from '../stage-context.js';
import { StageFailed } from '../stage-failed.js';

/** Pushes the image that `build` made; what an earlier owner has pushed already is not pushed again. */
export async function runPublish(context: StageContext): Promise<Outcome> {
  const { job, stand, facts } = context;
  const { engine } = job.deps;
  const { image } = job.lease.plan;
  const { built } = stand;
  if (built === undefined) {
    throw new StageFailed('publish', 'there is nothing to publish: no build of this run made an image');
  }
  context.running();
  facts.set({ image });
  const auth = authFor(job.lease, image);
  const lost = job.lease.begun === context.stage.id;
  const earlier = lost || context.attempt > 1 ? await engine.published(built.id, image, auth) : undefined;
  if (earlier !== undefined) {
    facts.note(
      lost
        ? 'an earlier worker had pushed the image before it was lost'
        : 'an earlier try had pushed the image before it failed',
    );
    return published(context, image, earlier);
  }
  const pushed = await timed(
    context,
    'push',
    engine.push(built.id, image, {
      ...(auth && { auth }),
      signal: job.halt.signal,
      log: hearing(context),
    }),
  );
  return published(context, image, pushed.digest);
}

function published({ facts }: StageContext, image: string, digest: string): Outcome {
  facts.set({ imageDigest: digest, published: `${repositoryName(image)}@${digest}` });
  return { kind: 'passed' };
}
