import type { CommandRef, Conclusion, Failure, Outcome, RunStatus, StageState } from '../pipeline/model.js';

/** GitHub's word for how a stage ended; undefined while it has not. */
export function conclusionOf(state: StageState): Conclusion | undefined {
  return state.status === 'completed' ? CONCLUSIONS[state.outcome.kind] : undefined;
}

const CONCLUSIONS: Readonly<Record<Outcome['kind'], Conclusion>> = {
  passed: 'success',
  failed: 'failure',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
  skipped: 'skipped',
  neutral: 'neutral',
  error: 'failure',
};

export type Tone = 'passed' | 'failed' | 'running' | 'waiting' | 'skipped';

/** How a state is shown: a word, a mark and a colour, never a colour alone. */
export interface Shown {
  readonly word: string;
  readonly tone: Tone;
}

export function shownOf(status: 'queued' | 'in_progress' | 'completed', conclusion?: Conclusion): Shown {
  if (status === 'queued') return { word: 'queued', tone: 'waiting' };
  if (status === 'in_progress') return { word: 'running', tone: 'running' };
  return conclusion ? SHOWN[conclusion] : { word: 'completed', tone: 'skipped' };
}

const SHOWN: Readonly<Record<Conclusion, Shown>> = {
  success: { word: 'passed', tone: 'passed' },
  failure: { word: 'failed', tone: 'failed' },
  timed_out: { word: 'timed out', tone: 'failed' },
  cancelled: { word: 'cancelled', tone: 'skipped' },
  skipped: { word: 'skipped', tone: 'skipped' },
  neutral: { word: 'neutral', tone: 'skipped' },
  action_required: { word: 'waiting for a person', tone: 'waiting' },
};

/** Why it ended as it did, in one line; empty when the state says it all. */
export function reasonOf(state: StageState): string {
  if (state.status !== 'completed') return '';
  const { outcome } = state;
  switch (outcome.kind) {
    case 'passed':
      return '';
    case 'failed':
      return failureReason(outcome.failure);
    case 'timed_out':
      return `after ${duration(outcome.afterSeconds * 1000)}${inCommand(outcome.command)}`;
    case 'cancelled':
      return outcome.by;
    case 'skipped':
      return outcome.reason.message;
    case 'neutral':
      return outcome.message;
    case 'error':
      return `Cyclone broke, not the stage: ${outcome.message}`;
  }
}

function failureReason(failure: Failure): string {
  const { code, command, exitCode, memoryLimit, message, signal } = failure;
  if (code === 'out_of_memory') {
    const limit = memoryLimit === undefined ? 'memory' : `${bytes(memoryLimit)} memory`;
    return `killed at the ${limit} limit${inCommand(command)}`;
  }
  if (message !== '') return message;
  const end = signal === undefined ? `exited ${exitCode ?? '?'}` : `was ended by ${signal}`;
  if (!command) return `the container ${end}`;
  return `command ${command.index} of ${command.total}: ${firstLine(command.text)} ${end}`;
}

function inCommand(command: CommandRef | undefined): string {
  return command ? `, in command ${command.index} of ${command.total}: ${firstLine(command.text)}` : '';
}

function firstLine(text: string): string {
  const [first = '', ...more] = text.trim().split('\n');
  return more.length > 0 ? `${first} …` : first;
}

/** Milliseconds that passed, or undefined before the start. */
export function lasted(state: StageState | RunStatus, now: number): number | undefined {
  if (state.status === 'queued' || state.startedAt === undefined) return undefined;
  return Math.max(0, (state.status === 'completed' ? state.completedAt : now) - state.startedAt);
}

/** `0.4 s`, `48 s`, `1 min 52 s`, `2 h 5 min` */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `3 min ago`; a day and more in the largest unit only. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** Binary units, as limits are written: `512 MiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, count > 0 ? Math.floor(Math.log2(count) / 10) : 0);
  const value = count / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[power] ?? ''}`;
}
