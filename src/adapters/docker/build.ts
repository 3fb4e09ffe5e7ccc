import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ImageBuildOptions } from 'dockerode';
import type { Engine, ImageBuild, ImageInfo, Labels, Network } from '../../worker/ports.js';
import { EngineRefused, LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { refusal } from './errors.js';
import { findImage } from './images.js';
import type { EngineMessage } from './messages.js';
import { failureIn, messages } from './messages.js';
import { parseReference } from './reference.js';
import { registryConfig } from './registry-auth.js';

export interface BuildContext {
  readonly client: Client;
  readonly install: string;
  readonly network: (name: string, labels: Labels) => Promise<Network>;
}

/**
 * Builds with the engine's classic builder, the RUN steps on a network of their own: on Docker's default bridge
 * they would stand outside our firewall rules. With the network go the containers of a build that was cut off.
 */
export function builder(context: BuildContext): Engine['build'] {
  return async (build, signal, log) => {
    parseReference(build.tag);
    signal.throwIfAborted();
    if (build.network !== undefined) return run(context, build, build.network, signal, log);
    const network = await context.network(`cyclone-build-${randomBytes(6).toString('hex')}`, build.labels);
    let image: ImageInfo;
    try {
      image = await run(context, build, network.name, signal, log);
    } catch (error) {
      // Why the build failed matters more; a network that stays bears the build's labels and is reaped.
      await network.remove().catch(() => {});
      throw error;
    }
    await network.remove();
    return image;
  };
}

async function run(
  { client, install }: BuildContext,
  build: ImageBuild,
  network: string,
  signal: AbortSignal,
  log: (bytes: Buffer) => void,
): Promise<ImageInfo> {
  const context = source(build.context);
  const steps = new Steps();
  let id: string | undefined;
  try {
    const options = { ...buildOptions(build, network, install), abortSignal: signal };
    const stream = await client.call((docker) => docker.buildImage(context.stream, options), signal);
    for await (const message of messages(stream as AsyncIterable<Buffer>, signal)) {
      const failure = failureIn(message);
      if (failure !== undefined) throw steps.refused(failure, message.errorDetail?.code);
      id = message.aux?.ID ?? id;
      const text = message.stream ?? pullText(message);
      steps.see(text);
      if (text !== '') log(Buffer.from(text));
    }
  } catch (error) {
    // Not the engine but the workspace: its own error says more than a broken connection.
    throw context.failure() ?? refusal('image_build', error);
  }
  const image = await findImage(client, id ?? build.tag);
  if (!image) throw new EngineRefused('image_build', 'the engine built no image');
  return image;
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

function buildOptions(build: ImageBuild, network: string, install: string): ImageBuildOptions {
  const { memory, cpus } = build.limits;
  return {
    t: build.tag,
    dockerfile: build.dockerfile,
    labels: { ...build.labels, [LABELS.install]: install },
    networkmode: network,
    rm: true,
    // Also after a failure: the container of the failing step would stay.
    forcerm: true,
    ...(build.pull ? { pull: true } : {}),
    ...(memory > 0 ? { memory, memswap: memory } : {}),
    ...(cpus > 0 ? { cpuperiod: 100_000, cpuquota: Math.round(cpus * 100_000) } : {}),
    registryconfig: registryConfig(build.auth) as never,
  };
}

/** Images that FROM pulls report like any pull; their progress bars are not for a log. */
function pullText({ status, id, progressDetail }: EngineMessage): string {
  if (status === undefined || progressDetail?.current !== undefined) return '';
  return id === undefined ? `${status}\n` : `${id}: ${status}\n`;
}

/** Remembers which step the builder is at: its error does not say. */
class Steps {
  #current: { readonly number: string; readonly instruction: string } | undefined;

  see(text: string): void {
    const [, number, instruction] = /^Step (\d+\/\d+) : ([^\n]*)/.exec(text) ?? [];
    if (number !== undefined && instruction !== undefined) this.#current = { number, instruction };
  }

  refused(words: string, exitCode: number | undefined): EngineRefused {
    if (!this.#current) return new EngineRefused('image_build', words);
    const { number, instruction } = this.#current;
    const what = exitCode === undefined || exitCode === 0 ? words : `ended with exit code ${exitCode}`;
    return new EngineRefused('image_build', `step ${number}, \`${instruction}\`: ${what}`);
  }
}
