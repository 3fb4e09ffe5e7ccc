import type { Conclusion, RunStatus, TriggerEvent } from '../pipeline/model.js';
import type { HistoryFilter } from './ports.js';

/** What a person may ask for, in the words that pages use. */
export const STATES = {
  queued: { status: 'queued' },
  running: { status: 'in_progress' },
  passed: { conclusions: ['success'] },
  failed: { conclusions: ['failure', 'timed_out'] },
  cancelled: { conclusions: ['cancelled'] },
  skipped: { conclusions: ['skipped', 'neutral'] },
  'waiting for a person': { conclusions: ['action_required'] },
} as const satisfies Readonly<
  Record<string, { readonly status: RunStatus['status'] } | { readonly conclusions: readonly Conclusion[] }>
>;

export const EVENTS = {
  push: 'push',
  tag: 'tag',
  pull_request: 'pull request',
  merge_group: 'merge queue',
  schedule: 'schedule',
  manual: 'by hand',
} as const satisfies Readonly<Record<TriggerEvent, string>>;

/** The form as it was sent; what is empty is not asked for. */
export interface Asked {
  readonly branch: string;
  readonly status: string;
  readonly event: string;
  readonly who: string;
}

/** Longer than any name on GitHub. */
const LONGEST = 250;

export function readAsked(query: Readonly<Record<string, string>>): Asked {
  const text = (name: string): string => (query[name] ?? '').trim().slice(0, LONGEST);
  const known = (name: string, words: object): string => (Object.hasOwn(words, text(name)) ? text(name) : '');
  return {
    branch: text('branch'),
    status: known('status', STATES),
    event: known('event', EVENTS),
    who: text('who').replace(/^@/, ''),
  };
}

export function filterOf({
  branch,
  status,
  event,
  who,
}: Asked): Omit<HistoryFilter, 'repository' | 'limit' | 'offset'> {
  const state = Object.entries(STATES).find(([name]) => name === status)?.[1];
  const wanted = Object.keys(EVENTS).find((name): name is TriggerEvent => name === event);
  return {
    ...(branch === '' ? {} : { branch }),
    ...(who === '' ? {} : { sender: who }),
    ...(wanted === undefined ? {} : { event: wanted }),
    ...state,
  };
}

/** As the form would send it, for links to other pages of the same. */
export function queryOf(asked: Asked, page: number): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...Object.entries(asked).filter(([, value]) => value !== ''),
    ...(page > 1 ? [['page', String(page)]] : []),
  ]);
}
