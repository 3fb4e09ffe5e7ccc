import { createHash } from 'node:crypto';
import { LABELS, type Labels } from '../../worker/ports.js';

export interface Assignment {
  readonly run: number;
  readonly job: string;
  readonly fence: number;
}

/** The engine changes no label of a container, but its name at any time. */
export function assignedName({ run, job, fence }: Assignment, id: string): string {
  return `${beginning(String(run), job)}${fence}-${id.slice(0, 12)}`;
}

/**
 * Containers that were assigned to what bears the labels, as the engine's list takes it; undefined: the labels are of
 * no job, and such containers bear them all.
 */
export function assignedFilter(
  labels: Labels,
): { readonly name: string[]; readonly label: string[] } | undefined {
  const { [LABELS.run]: run, [LABELS.job]: job, [LABELS.fence]: fence = '[0-9]+', ...own } = labels;
  if (run === undefined || job === undefined) return undefined;
  return {
    // A regular expression, with or without the slash that the engine puts before names.
    name: [`^/?${beginning(run, job)}${fence}-[0-9a-f]+$`],
    label: [...Object.entries(own).map(([key, value]) => `${key}=${value}`), LABELS.pool],
  };
}

/** A job's id may hold anything. */
function beginning(run: string, job: string): string {
  return `cyclone-${run}-${createHash('sha256').update(job).digest('hex').slice(0, 12)}-`;
}
