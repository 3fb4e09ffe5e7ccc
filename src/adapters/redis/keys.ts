/** Names in Redis. BullMQ's own keys begin with `bull:`. */
export const EVENT_STREAM = 'cyclone:events';
export const CANCEL_CHANNEL = 'cyclone:cancel';
export const fenceKey = (run: number, job: string): string => `cyclone:fence:${String(run)}:${job}`;
