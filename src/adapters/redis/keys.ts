/** Names in Redis. BullMQ's own keys begin with `bull:`. */
export const EVENT_STREAM = 'cyclone:events';
export const CANCEL_CHANNEL = 'cyclone:cancel';
export const fenceKey = (run: number, job: string): string => `cyclone:fence:${String(run)}:${job}`;
/** Set of the workers that were there; each has a key of its own, which ends with it. */
export const WORKERS_KEY = 'cyclone:workers';
export const WORKERS_CHANNEL = 'cyclone:workers';
export const workerKey = (id: string): string => `cyclone:worker:${id}`;
/** What people are told of it, beside: its labels decide where jobs go, and every version must read them. */
export const aboutWorkerKey = (id: string): string => `cyclone:worker-about:${id}`;
export const signatureKey = (signature: string): string => `cyclone:delivered:${signature}`;
