import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { ArchiveRefused, OUTPUT_LIMITS } from './archive-rules.js';
import { withIncoming } from './incoming.js';
import { type Container, EngineRefused } from './ports.js';
import { StageFailed } from './stage-failed.js';
import { moveInto, unpack } from './unpack.js';
import type { Workspace } from './workspace.js';

/** Where outputs come from. */
export interface OutputSource {
  readonly container: Pick<Container, 'archive'>;
  /** Relative outputs start here. */
  readonly workingDir: string;
  /** The workspace stands here in the container, if it does. */
  readonly codeDir?: string;
}

/**
 * Copies files and directories of a container into the root of the workspace.
 * @returns what they are there, by name; `.` is the workspace itself
 * @throws StageFailed `output` when one does not exist or may not be copied
 */
export async function copyOutputs(
  outputs: readonly string[],
  source: OutputSource,
  workspace: Workspace,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const output of outputs) names.push(await copyOutput(output, source, workspace));
  return names;
}

async function copyOutput(output: string, source: OutputSource, workspace: Workspace): Promise<string> {
  const from = path.posix.resolve('/', source.workingDir, output);
  const name = path.posix.basename(from);
  if (name === '')
    throw new StageFailed('output', `output ${output}: the root of the container cannot be copied`);
  if (from === source.codeDir) return '.';
  if (path.posix.dirname(from) === source.codeDir) {
    // It is where it should be: through the archive it would be read while it is replaced.
    await mustExist(output, path.join(workspace.code, name));
    return name;
  }
  try {
    await withIncoming(workspace, async (incoming) => {
      await unpack(await source.container.archive(from), incoming, { top: name, limits: OUTPUT_LIMITS });
      await moveInto(incoming, workspace.code, name);
    });
  } catch (error) {
    throw outputFailure(output, error);
  }
  return name;
}

async function mustExist(output: string, file: string): Promise<void> {
  try {
    await lstat(file);
  } catch (error) {
    throw missing(output, error);
  }
}

function outputFailure(output: string, error: unknown): unknown {
  if (error instanceof ArchiveRefused) {
    return new StageFailed('output', `output ${output} was not copied: ${error.message}`, { cause: error });
  }
  return error instanceof EngineRefused ? missing(output, error) : error;
}

function missing(output: string, cause: unknown): StageFailed {
  return new StageFailed('output', `output ${output} does not exist`, { cause });
}
