/**
 * The words of Cyclone as plain data: what triggered a run, what was planned, what happened.
 * Everything here is JSON: it is stored in SQL, sent through Redis and printed by `cyclone lint`.
 */
export type * from './model/answer.js';
export type * from './model/events.js';
export type * from './model/file.js';
export type * from './model/lease.js';
export type * from './model/options.js';
export type * from './model/outcome.js';
export type * from './model/plan.js';
export type * from './model/progress.js';
export type * from './model/span.js';
export * from './model/stage.js';
export type * from './model/trigger.js';
