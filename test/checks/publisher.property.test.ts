import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CheckSubject, CheckView } from '../../src/checks/ports.js';
import type { StageState } from '../../src/pipeline/model.js';
import { openHouse } from './house.js';
import type { Turn } from './scripted-github.js';
import { ended, failed, passed, queued, runEnded, running, subject } from './subjects.js';

const STAGES = ['pre_build', 'build', 'integration'];

type Step =
  | { readonly kind: 'begin' | 'restart' }
  | { readonly kind: 'move'; readonly run: number; readonly stage: number; readonly fails: boolean }
  /** Somebody has a stage run again, if it is over. */
  | { readonly kind: 'again'; readonly run: number; readonly stage: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'github'; readonly turn: Turn };

const turn: fc.Arbitrary<Turn> = fc.oneof(
  fc.constantFrom<Turn>('ok', 'lost', 'answer_lost', 'not_sent'),
  fc.integer({ min: 1, max: 90_000 }).map((limitedFor) => ({ limitedFor })),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'begin' }, { kind: 'restart' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      run: fc.nat(2),
      stage: fc.nat(STAGES.length - 1),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      run: fc.nat(2),
      stage: fc.nat(STAGES.length - 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(4_000) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('github' as const), turn }) },
);

/** Runs of one commit as they stand. */
type Runs = { states: StageState[] }[];

function subjectOf(runs: Runs, index: number): CheckSubject {
  const states = runs[index]?.states ?? [];
  const over = states.every(({ status }) => status === 'completed');
  const stages = Object.fromEntries(STAGES.map((name, at) => [name, states[at] ?? queued]));
  const state = over ? runEnded('success', 'over') : ({ status: 'queued' } as const);
  return subject({ run: index + 1, state, stages });
}

function moved(state: StageState, now: number, fails: boolean): StageState {
  switch (state.status) {
    case 'queued':
      return running(now);
    case 'in_progress':
      return ended(fails ? failed() : passed, 1);
    case 'completed':
      return state;
  }
}

test('whatever happens on the way, each check ends up once, in the final state of the newest decision', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const house = await openHouse();
      const runs: Runs = [{ states: STAGES.map(() => queued) }];
      const put = (index: number) => house.put(subjectOf(runs, index));
      put(0);
      /** Indices, in the order in which somebody decided about them. */
      const decided = [0];

      for (const one of steps) {
        switch (one.kind) {
          case 'begin':
            put(runs.push({ states: STAGES.map(() => queued) }) - 1);
            decided.push(runs.length - 1);
            break;
          case 'restart':
            await house.restart();
            break;
          case 'wait':
            await house.clock.advance(one.ms);
            break;
          case 'github':
            house.github.script(one.turn);
            break;
          case 'again': {
            const index = one.run % runs.length;
            const states = runs[index]?.states ?? [];
            if (states[one.stage]?.status !== 'completed') break;
            states[one.stage] = queued;
            decided.push(index);
            house.again(subjectOf(runs, index));
            break;
          }
          case 'move': {
            const states = runs[one.run % runs.length]?.states ?? [];
            states[one.stage] = moved(states[one.stage] ?? queued, house.clock.now(), one.fails);
            put(one.run % runs.length);
            break;
          }
        }
      }
      for (const [index, { states }] of runs.entries()) {
        states.forEach((state, at) => {
          states[at] = state.status === 'completed' ? state : ended(passed, 1);
        });
        put(index);
      }
      await house.idle();

      for (const [at, name] of [...STAGES.entries(), [-1, ''] as const]) {
        const { view, views } = house.github.only(name === '' ? 'cyclone' : `cyclone/${name}`);
        const last = decided.at(-1) ?? 0;
        const state = runs[last]?.states[at];
        const won = state?.status === 'completed' && state.outcome.kind === 'failed' ? 'failure' : 'success';
        expect(view).toMatchObject({ status: 'completed', conclusion: won });
        expect(view.externalId).toBe(`${last + 1}/${name === '' ? 'cyclone' : name}`);
        if (decided.length === runs.length) expectOrder(views);
      }
      expect(house.github.most.ofOne).toBe(1);
      await house.stop();
    }),
    { numRuns: 300 },
  );
}, 60_000);

/** Where nothing runs again, runs come in order, and in each nothing comes after its end. */
function expectOrder(views: readonly CheckView[]): void {
  const rank = (view: CheckView) =>
    Number(view.externalId.split('/')[0]) * 10 + ['queued', 'in_progress', 'completed'].indexOf(view.status);
  const ranks = views.map(rank);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
}
