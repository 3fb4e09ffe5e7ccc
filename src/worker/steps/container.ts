import { BUILT_IMAGE, type ContainerSpec, type ContainerStage, type Outcome } from '../../pipeline/model.js';
import type { Stand } from '../job.js';
import { outcomeOf, type StageEnd } from '../outcome.js';
import { copyOutputs } from '../outputs.js';
import type { Container } from '../ports.js';
import { type Prepared, prepare } from '../prepared.js';
import { workspaceReady } from '../ready.js';
import { hearing, type StageContext, timed } from '../stage-context.js';
import { type OpenOutput, openOutput, runScript } from './run-script.js';

/** Runs the commands of a stage, or its container's own command, beside its services. */
export async function runContainer(context: StageContext, spec: ContainerStage): Promise<Outcome> {
  const { job, stand, stage, facts, armed } = context;
  const pulled = hearPulls(stand, spec, hearing(context));
  await workspaceReady(context);
  const prepared = await waitFor(context, prepare(job, stand, stage, spec, armed), pulled);
  await describe(context, spec, prepared);
  // Of a stage that is over by now, nothing more is told.
  job.halt.signal.throwIfAborted();
  for (const log of prepared.services.logs) context.beside.add(log);
  const output = openOutput(prepared.container);
  const end = (): void => {
    job.resources.drop(prepared.container);
    void output.leave();
  };
  try {
    if (prepared.services.names.length > 0) await timed(context, 'services', prepared.services.start());
    const ended = await timed(context, 'run', runToEnd(context, spec, { ...prepared, output }));
    await reportDead(context, prepared);
    // They share the workspace: nothing may write while outputs are read or the next stage runs.
    await prepared.services.stop();
    const { command } = context;
    const { outcome, note } = outcomeOf(ended, {
      memoryLimit: prepared.memoryLimit,
      ...(command && { command }),
    });
    if (note !== undefined) facts.note(note);
    if (outcome.kind === 'passed' && spec.outputs.length > 0) {
      await timed(context, 'outputs', copyContainerOutputs(context, spec, prepared));
    }
    if (outcome.kind === 'passed' && staysBehind(spec)) job.spent.add(end);
    else end();
    return outcome;
  } catch (error) {
    await reportDead(context, prepared);
    end();
    throw error;
  } finally {
    await prepared.services.stop();
  }
}

/** What it publishes on the host, the next stage may want to. */
function staysBehind({ container: { commands, ports } }: ContainerStage): boolean {
  return commands.length > 0 && ports.length === 0;
}

/** A container is made when its images are there: the two waits follow one another. */
async function waitFor(
  context: StageContext,
  preparing: Promise<Prepared>,
  pulled: Promise<unknown>,
): Promise<Prepared> {
  await timed(context, 'pull', Promise.race([pulled, preparing]));
  return await timed(context, 'prepare', preparing);
}

/**
 * A stage that waits for an image shows what the registry says. Resolves when none is waited for any more; who needs
 * an image is told of its failure.
 */
async function hearPulls(
  { images }: Stand,
  spec: ContainerStage,
  listen: (line: string) => void,
): Promise<unknown> {
  const wanted = [spec.container, ...spec.services].filter(({ image }) => image !== BUILT_IMAGE);
  return await Promise.allSettled(wanted.map(({ image }) => images.get(image, listen)));
}

async function describe(context: StageContext, spec: ContainerStage, prepared: Prepared): Promise<void> {
  const { job, stand, facts } = context;
  const ofBuild = spec.container.image === BUILT_IMAGE;
  // Its container may have been made before the image had the run's labels.
  const image = (ofBuild && stand.built) || prepared.image;
  facts.set({
    image: ofBuild ? job.lease.plan.image : spec.container.image,
    imageDigest: image.digest ?? image.id,
    ...(prepared.services.names.length > 0 && { services: prepared.services.names }),
  });
  for (const note of await job.resources.open()) facts.note(note);
}

async function runToEnd(
  context: StageContext,
  spec: ContainerStage,
  { container, script, late, output }: Prepared & { readonly output: OpenOutput },
): Promise<StageEnd> {
  const end =
    script === undefined
      ? await runOwnCommand(context, spec.container, { container, output })
      : await runScript(context, spec, { container, output, script, late });
  const exitCode = end.kind === 'removed' ? undefined : end.exitCode;
  context.log.end(context.attempt, exitCode);
  if (exitCode !== undefined) context.facts.set({ exitCode });
  return end;
}

async function runOwnCommand(
  context: StageContext,
  spec: ContainerSpec,
  { container, output }: { readonly container: Container; readonly output: OpenOutput },
): Promise<StageEnd> {
  context.log.mark({ kind: 'command', number: 1 });
  await context.log.line(ownCommandTitle(spec));
  await container.start();
  context.running();
  for await (const { bytes, stream } of output.pieces()) await context.log.write(bytes, stream);
  const { removed, exitCode, oomKilled } = await container.exited();
  return removed ? { kind: 'removed' } : { kind: 'exited', exitCode, oomKilled };
}

function ownCommandTitle({ image, entrypoint = [], command = [] }: ContainerSpec): string {
  const words = [...entrypoint, ...command];
  return words.length === 0 ? `Running ${image}` : `$ ${words.join(' ').replaceAll('\n', '\n$ ')}`;
}

async function reportDead({ facts, log }: StageContext, { services }: Prepared): Promise<void> {
  for (const { note, tail } of services.dead()) {
    facts.note(note);
    await log.line(tail === '' ? note : `${note}; its last words:\n${tail.replace(/\n$/, '')}`);
  }
}

async function copyContainerOutputs(
  context: StageContext,
  spec: ContainerStage,
  prepared: Prepared,
): Promise<void> {
  const source = { container: prepared.container, workingDir: prepared.codeDir, codeDir: prepared.codeDir };
  context.outputs = await copyOutputs(spec.outputs, source, context.stand.workspace);
}
