import { BARE } from './bare-container.js';
import type { Job, Stand } from './job.js';
import { removeWorkspace, type Workspace } from './workspace.js';

/** Removes the workspace, also what only root of a container may remove. */
export async function discardWorkspace(job: Job, { workspace, shellImage }: Stand): Promise<void> {
  try {
    await removeWorkspace(workspace);
  } catch (error) {
    if (shellImage === undefined || !isDenied(error)) throw error;
    await emptyAsRoot(job, workspace, shellImage);
    await removeWorkspace(workspace);
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}

/** By the way that the files came: a container that mounts them. */
async function emptyAsRoot(job: Job, workspace: Workspace, image: string): Promise<void> {
  const target = '/workspace';
  const container = await job.deps.engine.container({
    name: job.name('sweep'),
    image,
    labels: job.labels,
    ...BARE,
    environment: [],
    entrypoint: ['/bin/sh', '-c', `rm -rf ${target}/* ${target}/.[!.]* ${target}/..?*`],
    command: [],
    user: '0',
    mounts: [{ source: workspace.root, target, readOnly: false }],
    limits: job.deps.limits,
  });
  try {
    await container.start();
    for await (const _ of container.output());
    await container.exited();
  } finally {
    await container.remove();
  }
}
