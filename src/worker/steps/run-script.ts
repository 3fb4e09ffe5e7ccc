import type { ContainerStage } from '../../pipeline/model.js';
import { secretEnvironment } from '../environment.js';
import { createMarkerSplitter } from '../markers.js';
import type { StageEnd } from '../outcome.js';
import { type Container, EngineUnavailable, type Output } from '../ports.js';
import { goSignal, type Script } from '../script.js';
import type { StageContext } from '../stage-context.js';

/** A container's output, which stays open behind the last piece that was read: the end of it is the end of its stdin. */
export interface OpenOutput {
  /** One reader; one that stops early leaves it open. */
  pieces(): AsyncIterable<Output>;
  /** Closes it, when it was opened. Safe twice. */
  leave(): Promise<void>;
}

export function openOutput(container: Container): OpenOutput {
  let output: AsyncIterator<Output> | undefined;
  return {
    pieces: () => ({
      [Symbol.asyncIterator]() {
        const opened = container.output()[Symbol.asyncIterator]();
        output = opened;
        // Without `return`: a loop that is left does not call it then.
        return { next: () => opened.next() };
      },
    }),
    async leave() {
      await output?.return?.();
    },
  };
}

/** A container that waits, and what it will be told. */
export interface Told {
  readonly container: Container;
  readonly output: OpenOutput;
  readonly script: Script;
  /** `K=V`: of the environment, what the container was made without. */
  readonly late: readonly string[];
}

/**
 * Runs the commands of a stage. When they passed, their container runs on, with nothing in it but the shell that
 * waits, until its output is left.
 */
export async function runScript(
  context: StageContext,
  { container: { commands } }: ContainerStage,
  { container, output, script, late: values }: Told,
): Promise<StageEnd> {
  const { job, stand, stage, log } = context;
  const late = [
    ...values,
    ...secretEnvironment(job.lease, stage.id),
    ...(stand.built === undefined ? [] : [`CYCLONE_IMAGE=${job.lease.plan.image}`]),
  ];
  await sendGo(context, container, goSignal(script, { late, stays: true }));
  context.running();
  const splitter = createMarkerSplitter(script);
  for await (const { bytes } of output.pieces()) {
    for (const piece of splitter.push(bytes)) {
      switch (piece.kind) {
        case 'bytes':
          await log.write(piece.bytes);
          break;
        case 'command':
          await beginCommand(context, script, piece.index, commands.length);
          break;
        case 'end':
          return await scriptEnd(piece, container);
      }
    }
  }
  await log.write(splitter.rest());
  const { removed, exitCode, oomKilled } = await container.exited();
  return removed ? { kind: 'removed' } : { kind: 'broken_off', exitCode, oomKilled };
}

async function sendGo(context: StageContext, container: Container, signal: string): Promise<void> {
  try {
    await container.write(signal);
  } catch (error) {
    if (error instanceof EngineUnavailable) throw error;
    // It died while it waited: its end, read next, says how.
    context.job.deps.logger.warn({ err: error, container: container.id }, 'go-signal not sent');
  }
}

/** The nonce of commands can be read by the script: an index that cannot be is not believed. */
async function beginCommand(
  context: StageContext,
  script: Script,
  index: number,
  total: number,
): Promise<void> {
  const text = script.commands.get(index)?.trimEnd();
  if (text === undefined || index <= (context.command?.index ?? 0)) return;
  context.command = { index, total, text };
  context.log.mark({ kind: 'command', number: index });
  await context.log.line(text.replaceAll(/^/gm, '$ '));
}

/** Only where the container could not look itself, and only a failure, is worth waiting for the engine's word. */
async function scriptEnd(
  { exitCode, oomKills }: { readonly exitCode: number; readonly oomKills?: number },
  container: Container,
): Promise<StageEnd> {
  if (oomKills !== undefined) return { kind: 'exited', exitCode, oomKilled: oomKills > 0 };
  if (exitCode === 0) return { kind: 'exited', exitCode, oomKilled: false };
  return { kind: 'exited', exitCode, oomKilled: (await container.exited()).oomKilled };
}
