import type { EngineInfo, ResourceLimits } from '../worker/ports.js';

const MEMORY = 4 * 1024 ** 3;
const PIDS = 1024;
/**
 * Cores that no single container gets: the worker must renew its lock within seconds, or its jobs are another's.
 * Among several containers the kernel shares out by groups, and the worker is not in theirs.
 */
const RESERVED_CORES = 0.25;

/** For every container whose stage does not ask for less: generous, and not the whole machine. */
export function defaultLimits({ cores, memory }: Pick<EngineInfo, 'cores' | 'memory'>): ResourceLimits {
  return {
    memory: memory > 0 ? Math.min(MEMORY, memory) : MEMORY,
    cpus: cores > 0 ? cores - RESERVED_CORES : 0,
    pids: PIDS,
  };
}
