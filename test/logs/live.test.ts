import { describe, expect, test } from '@jest/globals';

import { createLive, type Wake } from '../../src/logs/live.js';

const key = { run: 1, stage: 'lint', fence: 1 };
const never = new AbortController().signal;

async function next(watcher: AsyncIterator<Wake>): Promise<Wake | 'over'> {
  const result = await watcher.next();
  return result.done ? 'over' : result.value;
}

/** Whether a promise is settled by the time that all that is due now has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const later = new Promise((resolve) => setImmediate(resolve, pending));
  return (await Promise.race([promise, later])) === pending;
}

describe('live', () => {
  test('wakes at once to look, and then waits', async () => {
    const watcher = createLive().watch({ run: 1, stage: 'lint' }, never);
    expect(await next(watcher)).toBe('new');
    expect(await isPending(watcher.next())).toBe(true);
  });

  test('what is published before the first look is not missed', async () => {
    const live = createLive();
    const watcher = live.watch({ run: 1, stage: 'lint' }, never);
    live.published({ key });
    live.stageEnded(1, 'lint');
    live.published({ key });
    expect(await next(watcher)).toBe('ended');
    expect(await isPending(watcher.next())).toBe(true);
  });

  test('wakes a reader that waits', async () => {
    const live = createLive();
    const watcher = live.watch({ run: 1, stage: 'lint' }, never);
    await next(watcher);
    const waiting = next(watcher);
    live.published({ key });
    expect(await waiting).toBe('new');
  });

  test('wakes only the readers of that stage and run', async () => {
    const live = createLive();
    const watchers = [
      live.watch({ run: 1, stage: 'test' }, never),
      live.watch({ run: 11, stage: 'lint' }, never),
    ];
    await Promise.all(watchers.map(next));
    live.published({ key });
    live.stageEnded(1, 'lint');
    for (const watcher of watchers) expect(await isPending(watcher.next())).toBe(true);
  });

  test('the end of a stage ends its services too, and a stage is told from a service of another', async () => {
    const live = createLive();
    const service = live.watch({ run: 1, stage: 'lint', service: 'db' }, never);
    const other = live.watch({ run: 1, stage: 'lint-2' }, never);
    await Promise.all([service, other].map(next));
    live.published({ key: { ...key, service: 'db' } });
    expect(await next(service)).toBe('new');
    live.stageEnded(1, 'lint');
    expect(await next(service)).toBe('ended');
    expect(await isPending(other.next())).toBe(true);
  });

  test('ends a waiting reader when aborted or left', async () => {
    const live = createLive();
    const abort = new AbortController();
    const aborted = live.watch({ run: 1, stage: 'lint' }, abort.signal);
    const left = live.watch({ run: 1, stage: 'lint' }, never);
    await Promise.all([next(aborted), next(left)]);
    const waiting = [next(aborted), next(left)];
    abort.abort();
    await left.return?.();
    expect(await Promise.all(waiting)).toEqual(['over', 'over']);
    live.published({ key });
    expect(await next(aborted)).toBe('over');
  });

  test('a signal that is aborted already ends it before it begins', async () => {
    expect(await next(createLive().watch({ run: 1, stage: 'lint' }, AbortSignal.abort()))).toBe('over');
  });
});
