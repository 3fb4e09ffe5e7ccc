import { createHash } from 'node:crypto';

/** 32 hex digits, the same for a run whoever sends it and how often: a re-run or a restart makes no second trace. */
export function traceId(install: string, run: number): string {
  return digest(install, `run ${run}`).slice(0, 32);
}

/** 16 hex digits. @param key of the part of the run */
export function spanId(install: string, run: number, key: string): string {
  return digest(install, `run ${run} ${key}`).slice(0, 16);
}

/** An id of nothing but zeros would be none (https://www.w3.org/TR/trace-context/#trace-id); no digest begins so. */
function digest(install: string, what: string): string {
  return createHash('sha256').update(`${install}\n${what}`).digest('hex');
}
