import { describe, expect, test } from '@jest/globals';
import { spansOf, totals } from '../../src/pipeline/spans.js';
import { createJobSpans, lasting } from '../../src/worker/spans.js';
import { bareCheckout, createWorld, FakeClock, leaseOf, planned, script, until } from './world.js';

describe('what a job measures', () => {
  test('is told once, the lease first', async () => {
    const clock = new FakeClock();
    const spans = createJobSpans(clock, [{ name: 'lease', at: 0, ms: 3 }]);
    const pull = spans.timed({ name: 'pull', detail: 'alpine' }, Promise.resolve('image'));
    clock.advance(20);
    expect(await pull).toBe('image');
    expect(spans.take()).toEqual([
      { name: 'lease', at: 0, ms: 3 },
      { name: 'pull', detail: 'alpine', at: 0, ms: 20 },
    ]);
    expect(spans.take()).toEqual([]);
  });

  test('is known of what fails too', async () => {
    const clock = new FakeClock();
    const spans = createJobSpans(clock);
    const failing = spans.timed({ name: 'pull' }, Promise.reject(new Error('no')));
    clock.advance(5);
    await expect(failing).rejects.toThrow('no');
    expect(spans.take()).toEqual([{ name: 'pull', at: 0, ms: 5 }]);
  });

  test('is never less than nothing, though a clock is set back', () => {
    expect(lasting({ name: 'run', at: 1000 }, 10)).toEqual({ name: 'run', at: 1000, ms: 0 });
  });
});

describe('a job that is carried out', () => {
  test('tells what its stages waited for and did, and what was fetched and made beside them', async () => {
    const world = createWorld();
    const stages = [planned('pre_build', script('true')), planned('integration', script('true'))];
    await world.execute(leaseOf(stages));
    expect(world.story.spans.map(({ name, detail }) => [name, detail].filter(Boolean).join(' '))).toEqual(
      expect.arrayContaining(['checkout', 'pull alpine', 'arm integration']),
    );
    const facts = world.story.facts.get('pre_build') ?? {};
    const state = { status: 'completed', outcome: { kind: 'passed' }, facts, completedAt: 0 } as const;
    expect(spansOf(state).map(({ name }) => name)).toEqual(['checkout', 'pull', 'prepare', 'run']);
  });

  test('that a person stops knows how far its stage had come', async () => {
    const world = createWorld({ programs: { slow: () => new Promise<number>(() => undefined) } });
    const done = world.execute(leaseOf([planned('slow', script('sleep 99'))]));
    await until(() => world.engine.journal.includes('go slow'));
    world.clock.advance(40);
    world.cancel.abort('by alice');
    await done;
    const { spans = {} } = world.story.facts.get('slow') ?? {};
    expect(totals(spans).get('run')).toBe(40);
  });

  test('that leaves behind what does not end has its time up to there', async () => {
    const world = createWorld();
    const checkout = bareCheckout(() => new Promise<never>(() => undefined));
    const done = world.execute(leaseOf([planned('a', script('true'))]), { checkout });
    await until(() => world.story.events.includes('started a'));
    // The stage waits for the checkout by then.
    await new Promise((resolve) => setImmediate(resolve));
    world.clock.advance(70);
    world.cancel.abort('by alice');
    await done;
    expect(world.story.facts.get('a')?.spans).toEqual([{ name: 'checkout', at: 0, ms: 70 }]);
  });

  test('that is tried again keeps the time of every try, each with its number', async () => {
    let tries = 0;
    const world = createWorld({ programs: { flaky: () => ((tries += 1) < 3 ? 1 : 0) } });
    await world.execute(leaseOf([planned('flaky', script('true'), { options: { retry: { max: 2 } } })]));
    const { spans = [] } = world.story.facts.get('flaky') ?? {};
    const runs = Object.values(spans).filter((span) => typeof span === 'object' && span.name === 'run');
    expect(runs).toMatchObject([{ name: 'run' }, { attempt: 2 }, { attempt: 3 }]);
  });
});
