import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Machine } from './result.js';

/** What figures depend on, as far as the machine says. */
export function thisMachine(): Machine {
  const engine = said('docker', ['version', '--format', '{{.Server.Version}}']);
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() || 'not known',
    memory: Math.round(totalmem() / 1024 ** 3),
    system: systemName() ?? `${type()} ${release()}`,
    node: process.versions.node,
    ...(engine !== undefined && { engine }),
  };
}

/** Short, with a `+` when files were changed since. */
export function thisCommit(): string | undefined {
  const commit = said('git', ['rev-parse', '--short=10', 'HEAD']);
  if (commit === undefined) return undefined;
  return said('git', ['status', '--porcelain', '--untracked-files=no']) === undefined ? commit : `${commit}+`;
}

function systemName(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Undefined also when it said nothing. */
function said(program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() || undefined : undefined;
}
