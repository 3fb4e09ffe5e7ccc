import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ImageBuildOptions } from 'dockerode';
import type {
  Engine,
  ImageBuild,
  ImageHold,
  ImageInfo,
  ImageLedger,
  Labels,
  Network,
} from '../../worker/ports.js';
import { EngineRefused, LABELS } from '../../worker/ports.js';
import { basePulls } from './base-pulls.js';
import type { Behind } from './behind.js';
import { BuildOutput } from './build-output.js';
import type { Client } from './client.js';
import { refusal } from './errors.js';
import type { ImageConfigs } from './image-configs.js';
import { infoOf, shortId } from './images.js';
import { labelImage } from './label-image.js';
import type { LayerMarks } from './layer-cache.js';
import { failureIn, messages } from './messages.js';
import { withoutBuildKit } from './needs-buildkit.js';
import { removeStrangers } from './networks.js';
import { parseReference } from './reference.js';
import { registryConfig } from './registry-auth.js';

type Log = Parameters<Engine['build']>[2];

export interface BuildContext {
  readonly client: Client;
  readonly install: string;
  readonly network: (name: string, labels: Labels) => Promise<Network>;
  readonly ledger?: ImageLedger | undefined;
  readonly configs: ImageConfigs;
  readonly marks: LayerMarks;
  readonly behind: Behind;
}

/** A build under way: what it is made of stays. */
interface Building extends BuildContext {
  readonly hold: ImageHold | undefined;
}

/**
 * Builds with the engine's classic builder, the RUN steps on a network of ours: on Docker's default bridge they
 * would stand outside our firewall rules. By it the containers of a build that was cut off are found.
 * The image that the builder makes belongs to the layer cache; the run gets a child of it, with labels and name.
 */
export function builder(context: BuildContext): Engine['build'] {
  return async (build, signal, log) => {
    parseReference(build.tag);
    signal.throwIfAborted();
    if (build.platform !== undefined) await checkPlatform(context.client, build.platform);
    const given = build.network;
    const network =
      given === undefined
        ? await context.network(`cyclone-build-${randomBytes(6).toString('hex')}`, build.labels)
        : undefined;
    const name = network?.name ?? given ?? '';
    const hold = context.ledger?.hold();
    try {
      return await run({ ...context, hold }, build, name, signal, log);
    } catch (error) {
      hold?.release();
      // First the containers: one that has not started yet does not keep its network from going, and would stay.
      // Why the build failed matters more; a network that stays bears the build's labels and is reaped.
      await removeStrangers(context.client, { id: network?.id ?? name, name }).catch(() => {});
      throw error;
    } finally {
      await network?.remove().catch(() => {});
    }
  };
}

/** The classic builder passes over a platform that is not its own, and gives an image that is not what was asked for. */
async function checkPlatform(client: Client, platform: string): Promise<void> {
  const { Os: os, Arch: architecture } = await client.call((docker) => docker.version());
  const own = `${os}/${architecture}`;
  // A variant (`arm64/v8`) is a matter of the base image.
  if (platform === own || platform.startsWith(`${own}/`)) return;
  throw new EngineRefused(
    'image_build',
    `platform ${platform}: the engine of this worker builds ${own} only`,
  );
}

async function run(
  context: Building,
  build: ImageBuild,
  network: string,
  signal: AbortSignal,
  log: Log,
): Promise<ImageInfo> {
  const { install, configs, marks, behind, hold } = context;
  const output = new BuildOutput();
  const { labels } = build;
  let id: string;
  try {
    id = await make(context, { build, network, output }, signal, log);
  } catch (error) {
    // Nothing else says whose they are. Unmarked, they are cache for ever: no reason to hide why it failed.
    await marks.mark(output.heads, labels).catch(() => {});
    throw error;
  }
  const image = infoOf(await configs(id));
  build.made?.(image);
  const all = { ...labels, [LABELS.install]: install };
  const labelled = await labelImage(context, id, {
    labels: { ...build.imageLabels, ...all },
    tag: build.tag,
    containerLabels: all,
  });
  behind.add(labelled.leave);
  // The run's image holds them until it goes.
  behind.add(async () => {
    await marks.mark(output.heads, labels);
    hold?.release();
  });
  await log(Buffer.from(`Image ${shortId(labelled.id)}, labelled with this run\n`));
  return { ...image, id: labelled.id };
}

/** The user's build as it is, without a label of ours. @returns the image's id */
async function make(
  { client, ledger, hold }: Building,
  { build, network, output }: { build: ImageBuild; network: string; output: BuildOutput },
  signal: AbortSignal,
  log: Log,
): Promise<string> {
  const context = source(build.context);
  const bases = ledger && basePulls(client, ledger, build.pull);
  try {
    const options = { ...buildOptions(build, network), abortSignal: signal };
    const stream = await client.call((docker) => docker.buildImage(context.stream, options), signal);
    for await (const message of messages(stream as AsyncIterable<Buffer>, signal)) {
      const failure = failureIn(message);
      if (failure !== undefined) throw output.refused(withoutBuildKit(failure), message.errorDetail?.code);
      const { text, step, image } = output.see(message);
      if (image !== undefined) hold?.add(image);
      await bases?.see(message, output.base);
      if (text !== '') await log(Buffer.from(text), step);
    }
  } catch (error) {
    // Not the engine but the workspace: its own error says more than a broken connection.
    throw context.failure() ?? unreadable(error);
  } finally {
    await bases?.end();
  }
  if (output.made === undefined) throw new EngineRefused('image_build', 'the engine built no image');
  return output.made;
}

/** A Dockerfile that is none, the engine refuses with its answer, before a first step. */
function unreadable(error: unknown): unknown {
  const refused = refusal('image_build', error);
  if (!(refused instanceof EngineRefused) || refused === error) return refused;
  return new EngineRefused('image_build', withoutBuildKit(refused.message), { cause: error });
}

/** The tar as a stream, and what went wrong on its side, if anything did. */
function source(tar: AsyncIterable<Buffer>): { stream: Readable; failure: () => unknown } {
  let failure: unknown;
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      yield* tar;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { stream: Readable.from(watched(), { objectMode: false }), failure: () => failure };
}

function buildOptions(build: ImageBuild, network: string): ImageBuildOptions {
  const { memory, cpus } = build.limits;
  return {
    dockerfile: build.dockerfile,
    networkmode: network,
    rm: true,
    // Also after a failure: the container of the failing step would stay.
    forcerm: true,
    ...(build.pull ? { pull: true } : {}),
    ...(build.args ? { buildargs: Object.fromEntries(build.args.map(pair)) } : {}),
    ...(build.target === undefined ? {} : { target: build.target }),
    ...(build.platform === undefined ? {} : { platform: build.platform }),
    ...(build.cacheFrom ? { cachefrom: JSON.stringify(build.cacheFrom) } : {}),
    ...(memory > 0 ? { memory, memswap: memory } : {}),
    ...(cpus > 0 ? { cpuperiod: 100_000, cpuquota: Math.round(cpus * 100_000) } : {}),
    registryconfig: registryConfig(build.auth) as never,
  };
}

function pair(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
