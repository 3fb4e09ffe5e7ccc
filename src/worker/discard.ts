import { BARE } from './bare-container.js';
import { createNonce } from './nonce.js';
import { type Engine, LABELS, type ResourceLimits } from './ports.js';
import { removeWorkspace, type Workspace } from './workspace.js';

export interface DiscardDeps {
  readonly engine: Pick<Engine, 'container'>;
  readonly install: string;
  readonly workerId: string;
  readonly limits: ResourceLimits;
}

export interface Discarded {
  readonly run: number;
  readonly job: string;
  readonly workspace: Pick<Workspace, 'root'>;
  /** A local image that has a shell. Absent: none is known, and what only root may remove stays. */
  readonly shell?: string | undefined;
}

/** Removes the workspace, also what only root of a container may remove. */
export async function discardWorkspace(deps: DiscardDeps, of: Discarded): Promise<void> {
  try {
    await removeWorkspace(of.workspace);
  } catch (error) {
    if (of.shell === undefined || !isDenied(error)) throw error;
    await emptyAsRoot(deps, of, of.shell);
    await removeWorkspace(of.workspace);
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}

/** By the way that the files came: a container that mounts them. */
async function emptyAsRoot(
  deps: DiscardDeps,
  { run, job, workspace }: Discarded,
  image: string,
): Promise<void> {
  const target = '/workspace';
  const container = await deps.engine.container({
    name: `cyclone-${run}-sweep-${createNonce().slice(0, 12)}`,
    image,
    labels: {
      [LABELS.install]: deps.install,
      [LABELS.worker]: deps.workerId,
      [LABELS.run]: String(run),
      [LABELS.job]: job,
    },
    ...BARE,
    environment: [],
    entrypoint: ['/bin/sh', '-c', `rm -rf ${target}/* ${target}/.[!.]* ${target}/..?*`],
    command: [],
    user: '0',
    mounts: [{ source: workspace.root, target, readOnly: false }],
    limits: deps.limits,
  });
  try {
    await container.start();
    for await (const _ of container.output());
    await container.exited();
  } finally {
    await container.remove();
  }
}
