import type { StageOptions } from '../pipeline/model.js';
import type { ResourceLimits } from './ports.js';

/** A file may ask for less than the server gives; for more only where it is trusted. */
export function limitsOf(
  asked: NonNullable<StageOptions['resources']>,
  server: ResourceLimits,
  trusted: boolean,
): ResourceLimits {
  const given = (wanted: number | undefined, most: number): number => {
    if (wanted === undefined || wanted <= 0) return most;
    return trusted || most <= 0 ? wanted : Math.min(wanted, most);
  };
  return {
    memory: given(asked.memory, server.memory),
    cpus: given(asked.cpu, server.cpus),
    pids: given(asked.pids, server.pids),
  };
}
