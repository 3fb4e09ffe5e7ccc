import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunStatus, StageState } from '../../src/pipeline/model.js';
import { type House, openHouse } from './house.js';
import {
  ended,
  failed,
  passed,
  queued,
  runEnded,
  running,
  SHA,
  START,
  skipped,
  subject,
} from './subjects.js';

const CYCLONE = 'cyclone';
const STAGE = 'cyclone/pre_build';

const waiting = subject({ stages: { pre_build: queued } });
const active = (since = START) =>
  subject({ state: { status: 'in_progress', startedAt: since }, stages: { pre_build: running(since) } });
const done = subject({ state: runEnded('success', '1 passed'), stages: { pre_build: ended(passed, 12) } });

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.stop());

describe('a new run', () => {
  test('its whole check is made first, and nothing is looked for', async () => {
    house.put(subject({ stages: { pre_build: queued, build: queued } }));
    await house.idle();
    expect(house.github.requests).toEqual([
      'create cyclone queued',
      'create cyclone/pre_build queued',
      'create cyclone/build queued',
    ]);
  });

  test('what changes while it is being sent is sent after, as one', async () => {
    house.put(waiting);
    await house.clock.advance(10);
    house.put(active());
    house.put(done);
    await house.idle();
    expect(house.github.only(STAGE).views.map(({ status }) => status)).toEqual(['completed']);
    expect(house.github.only(CYCLONE).view.conclusion).toBe('success');
  });

  test('at most four requests are in flight, and one for each check', async () => {
    const stages = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`s${index}`, queued]));
    house.put(subject({ stages }));
    await house.idle();
    expect(house.github.checks).toHaveLength(13);
    expect(house.github.most).toEqual({ all: 4, ofOne: 1 });
  });

  test('what looks the same is not sent again', async () => {
    house.put(waiting);
    await house.idle();
    const before = house.github.requests.length;
    house.put(waiting);
    await house.idle();
    expect(house.github.requests).toHaveLength(before);
    expect(house.store.row(7, 'pre_build')).toMatchObject({ wanted: 2, sent: 2 });
  });
});

test('a matrix of a hundred cells costs two writes a cell, and survives a rate limit in the middle', async () => {
  const names = Array.from({ length: 100 }, (_, n) => `e2e (n=${n})`);
  const after = (over: number) =>
    subject({
      state:
        over === names.length
          ? runEnded('success', '100 passed')
          : { status: 'in_progress', startedAt: START },
      stages: Object.fromEntries(names.map((name, n) => [name, n < over ? ended(passed, 1) : queued])),
    });
  house.put(after(0));
  await house.idle();
  house.github.script('ok', 'ok', { limitedFor: 30_000 });
  for (let over = 10; over <= names.length; over += 10) {
    house.put(after(over));
    await house.clock.advance(1000);
  }
  await house.idle();
  for (const name of names) expect(house.github.only(`cyclone/${name}`).view.conclusion).toBe('success');
  expect(house.github.only(CYCLONE).view).toMatchObject({
    conclusion: 'success',
    title: expect.stringContaining('100 stages'),
  });
  const writes = (words: string) =>
    house.github.requests.filter((request) => request.startsWith(words)).length;
  expect(writes('create ')).toBe(101);
  // What was under way when the limit struck is written again, and no more.
  expect(writes('update cyclone/')).toBeLessThanOrEqual(104);
  expect(writes('update cyclone ')).toBeLessThanOrEqual(8);
}, 20_000);

test('the whole run concludes on GitHub after every stage has', async () => {
  house.github.script('ok', 'lost', 'lost', 'lost');
  house.put(waiting);
  await house.idle();
  house.put(done);
  await house.clock.advance(60_000);
  await house.idle();
  const ends = house.github.requests.filter((request) => request.endsWith('completed'));
  expect(ends.at(-1)).toBe('update cyclone completed');
  expect(ends.filter((request) => request === 'update cyclone completed')).toHaveLength(1);
});

test('a run that is over before GitHub knows it: the whole check is made first and ends last', async () => {
  house.put(done);
  await house.clock.advance(60_000);
  await house.idle();
  const whole = house.github.requests.filter((request) => / cyclone( |$)/.test(request));
  expect(whole[0]).toMatch(/^create cyclone (queued|in_progress)$/);
  expect(house.github.requests.at(-1)).toBe('update cyclone completed');
});

describe('in_progress', () => {
  test('is never sent for a stage that ends within two seconds', async () => {
    house.put(waiting);
    await house.idle();
    house.put(active(house.clock.now()));
    await house.clock.advance(1_900);
    house.put(done);
    await house.idle();
    expect(house.github.only(STAGE).views.map(({ status }) => status)).toEqual(['queued', 'completed']);
    expect(house.github.only(CYCLONE).views.map(({ status }) => status)).toEqual(['queued', 'completed']);
  });

  test('is sent after two seconds', async () => {
    house.put(waiting);
    await house.idle();
    house.put(active(house.clock.now()));
    await house.clock.advance(2_200);
    expect(house.github.only(STAGE).view.status).toBe('in_progress');
  });

  test('a stage that has begun when its check is made appears at once, as queued', async () => {
    house.put(active());
    await house.clock.advance(500);
    expect(house.github.only(STAGE).view.status).toBe('queued');
    await house.clock.advance(2_000);
    expect(house.github.only(STAGE).view.status).toBe('in_progress');
  });

  test('shows the log so far at 10 s, 30 s, and every minute, when there is more of it', async () => {
    house.put(active());
    const texts = () => house.github.only(STAGE).views.map(({ text }) => text);
    await house.clock.advance(9_900);
    const begun = texts().length;
    for (const [seconds, more] of [
      [10, 'at 10 s'],
      [30, 'at 30 s'],
      [90, 'at 90 s'],
      [150, 'at 150 s'],
    ] as const) {
      house.log.text += `${more}\n`;
      await house.clock.advance(START + seconds * 1000 + 200 - house.clock.now());
      expect(texts().at(-1)).toContain(more);
    }
    expect(texts()).toHaveLength(begun + 4);
    await house.clock.advance(600_000);
    expect(texts()).toHaveLength(begun + 4);
  });

  test('gives way to the end that comes while the log is being shown', async () => {
    house.put(active());
    await house.clock.advance(9_990);
    house.log.text += 'more\n';
    await house.clock.advance(30);
    house.put(done);
    await house.clock.advance(300);
    expect(
      house.github
        .only(STAGE)
        .views.slice(-2)
        .map(({ status }) => status),
    ).toEqual(['in_progress', 'completed']);
  });

  test('comes never after completed, though its answer was lost', async () => {
    house.put(waiting);
    await house.idle();
    house.github.script('answer_lost', 'answer_lost');
    house.put(active(house.clock.now() - 5_000));
    await house.clock.advance(2_050);
    house.put(done);
    await house.idle();
    const statuses = house.github.only(STAGE).views.map(({ status }) => status);
    expect(statuses.at(-1)).toBe('completed');
    expect(statuses.indexOf('completed')).toBe(statuses.length - 1);
  });

  test('changes of the whole run go out every two seconds at most', async () => {
    const stages = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`s${index}`, queued]));
    const state = { status: 'in_progress', startedAt: START - 10_000 } as const;
    house.put(subject({ state, stages }));
    await house.idle();
    const before = house.github.only(CYCLONE).views.length;
    for (let index = 0; index < 20; index += 1) {
      stages[`s${index}`] = ended(passed, 1);
      house.put(subject({ state, stages: { ...stages } }));
      await house.clock.advance(200);
    }
    await house.idle();
    const writes = house.github.only(CYCLONE).views.length - before;
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThanOrEqual(3);
    expect(house.github.only(CYCLONE).view.title).toContain('20 of 20');
  });
});

describe('when GitHub does not answer', () => {
  test('a create whose answer was lost leaves one check', async () => {
    house.github.script('answer_lost');
    house.put(waiting);
    await house.idle();
    expect(house.github.only(CYCLONE).view.externalId).toBe('7/cyclone');
    expect(house.github.requests.filter((words) => words.startsWith('create cyclone '))).toHaveLength(1);
  });

  test('a create that was lost on the way is looked for, then made', async () => {
    house.github.script('lost');
    house.put(waiting);
    await house.idle();
    expect(house.github.requests.slice(0, 3)).toEqual([
      'create cyclone queued',
      'find cyclone',
      'create cyclone queued',
    ]);
  });

  test('a final state is tried until GitHub has it, every ten seconds at last', async () => {
    house.put(waiting);
    await house.idle();
    house.github.script(...Array.from({ length: 400 }, () => 'lost' as const));
    house.put(done);
    await house.clock.advance(60_000);
    const early = house.github.requests.length;
    await house.clock.advance(60_000);
    // The stage's; the whole run's waits for it.
    expect(house.github.requests.length - early).toBe(6);
    await house.idle();
    expect(house.github.only(STAGE).view.conclusion).toBe('success');
    expect(house.github.only(CYCLONE).view.conclusion).toBe('success');
  });

  test('a rate limit stops all of the installation until it is over', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const all = (state: typeof queued) => Object.fromEntries(names.map((name) => [name, state]));
    house.put(subject({ stages: all(queued) }));
    await house.idle();
    house.github.script({ limitedFor: 40_000 });
    house.put(subject({ state: runEnded('success', '12 passed'), stages: all(ended(passed, 12)) }));
    const before = house.github.requests.length;
    await house.clock.advance(39_000);
    // Those that were on their way together; nothing behind them.
    expect(house.github.requests.length - before).toBe(4);
    await house.clock.advance(2_000);
    expect(names.map((name) => house.github.only(`cyclone/${name}`).view.conclusion)).toEqual(
      names.map(() => 'success'),
    );
  });

  test('a removed installation is given up in the end, not before a week', async () => {
    house.put(waiting);
    await house.idle();
    house.github.script(...Array.from({ length: 200 }, () => 'not_sent' as const));
    house.put(done);
    await house.clock.advance(120_000);
    expect(house.store.row(7, 'pre_build').refused).toBeUndefined();
    await house.restart();
    await house.clock.advance(1);
    // Time goes on without a publisher.
    await house.stop();
    await house.clock.advance(8 * 24 * 3600 * 1000);
    await house.restart();
    await house.idle();
    expect(house.store.row(7, 'pre_build').refused).toContain('not taken in time');
  });
});

describe('when GitHub refuses', () => {
  test('the check is given up, and the others go on', async () => {
    house.github.script('ok', 'refused');
    house.put(subject({ stages: { pre_build: queued, build: queued } }));
    await house.idle();
    expect(house.store.row(7, 'pre_build').refused).toBe('422');
    expect(house.github.only('cyclone/build').view.status).toBe('queued');
  });

  test('without the whole check the stages still get theirs', async () => {
    house.github.script('refused');
    house.put(waiting);
    await house.idle();
    expect(house.store.row(7, CYCLONE).refused).toBe('422');
    expect(house.github.only(STAGE).view.status).toBe('queued');
  });

  test('a check that GitHub has lost is made again', async () => {
    house.put(waiting);
    await house.idle();
    house.github.checks.length = 0;
    house.put(done);
    await house.idle();
    expect(house.github.only(STAGE).view.conclusion).toBe('success');
  });

  test('an update refused for what it says is given up', async () => {
    house.put(waiting);
    await house.idle();
    house.github.script('refused', 'refused');
    house.put(done);
    await house.idle();
    expect(house.store.row(7, 'pre_build').refused).toBe('422');
    expect(house.github.checks).toHaveLength(2);
  });
});

describe('over a restart', () => {
  test('what was not sent is sent by the next process', async () => {
    house.github.script(...Array.from({ length: 10 }, () => 'not_sent' as const));
    house.put(done);
    await house.clock.advance(1_000);
    await house.restart();
    await house.idle();
    expect(house.github.only(STAGE).view.conclusion).toBe('success');
    expect(house.github.only(CYCLONE).view.conclusion).toBe('success');
  });

  test('a create that was under way is not done twice', async () => {
    house.github.script('answer_lost');
    house.put(waiting);
    await house.clock.advance(100);
    await house.restart();
    await house.idle();
    expect(house.github.only(CYCLONE).view.status).toBe('queued');
  });

  test('a stage shown as queued because it was young is shown running', async () => {
    house.put(active());
    await house.clock.advance(500);
    await house.restart();
    await house.clock.advance(2_000);
    expect(house.github.only(STAGE).view.status).toBe('in_progress');
  });

  test('nothing is sent after stop', async () => {
    house.put(waiting);
    await house.idle();
    await house.stop();
    const before = house.github.requests.length;
    house.put(done);
    await house.clock.advance(60_000);
    expect(house.github.requests).toHaveLength(before);
  });
});

describe('two runs of one commit', () => {
  const again = (stage = queued, state = subject({}).progress.run) =>
    subject({ run: 8, state, stages: { pre_build: stage } });

  test('the later takes over the checks of the earlier', async () => {
    house.put(done);
    await house.idle();
    house.put(again());
    await house.idle();
    expect(house.github.only(STAGE).view).toMatchObject({ externalId: '8/pre_build', status: 'queued' });
    expect(house.github.only(CYCLONE).view).toMatchObject({ externalId: '8/cyclone', status: 'queued' });
  });

  test.each([false, true])('the earlier never takes them back (restart: %p)', async (restart) => {
    house.put(waiting);
    await house.idle();
    house.put(again(ended(passed, 3), runEnded('success', '1 passed')));
    await house.idle();
    if (restart) {
      await house.restart();
    }
    house.put(
      subject({ state: runEnded('failure', 'pre_build failed'), stages: { pre_build: ended(failed(), 3) } }),
    );
    await house.idle();
    expect(house.github.only(STAGE).view).toMatchObject({ externalId: '8/pre_build', conclusion: 'success' });
    expect(house.github.only(CYCLONE).view.conclusion).toBe('success');
  });

  test.each([false, true])('the earlier has them back when it runs again (restart: %p)', async (restart) => {
    house.put(done);
    await house.idle();
    house.put(again(ended(failed(), 3), runEnded('failure', 'pre_build failed')));
    await house.idle();
    if (restart) {
      await house.restart();
    }
    const by = { by: 'alice', at: house.clock.now() };
    house.again(subject({ stages: { pre_build: queued }, again: { pre_build: by } }));
    await house.idle();
    expect(house.github.only(STAGE).view).toMatchObject({ externalId: '7/pre_build', status: 'queued' });
    expect(house.github.only(CYCLONE).view).toMatchObject({ externalId: '7/cyclone', status: 'queued' });

    house.put(again(ended(failed(), 5), runEnded('failure', 'pre_build failed')));
    await house.idle();
    expect(house.github.only(STAGE).view.externalId).toBe('7/pre_build');
    house.put(done);
    await house.idle();
    expect(house.github.only(CYCLONE).view).toMatchObject({
      externalId: '7/cyclone',
      conclusion: 'success',
    });
  });

  test('a stage of the earlier that looks as before is told again all the same', async () => {
    const first = subject({ stages: { pre_build: ended(passed, 12), build: ended(failed(), 1) } });
    house.put(first);
    await house.idle();
    house.put(again(ended(failed(), 3)));
    await house.idle();
    house.again(subject({ stages: { pre_build: ended(passed, 12), build: queued } }));
    await house.idle();
    expect(house.github.only(STAGE).view).toMatchObject({
      externalId: '7/pre_build',
      conclusion: 'success',
    });
  });

  test('runs of other commits have checks of their own', async () => {
    house.put(done);
    house.put(subject({ run: 8, sha: SHA.replace('aa', 'bb') }));
    await house.idle();
    expect(house.github.checks).toHaveLength(4);
  });
});

describe('run again', () => {
  const by = { pre_build: { by: 'alice', at: START + 60_000 } };
  const rerun = (stage: StageState, state: RunStatus = { status: 'queued' }) =>
    house.again(subject({ state, stages: { pre_build: stage }, again: by }));

  beforeEach(async () => {
    house.put(done);
    await house.idle();
  });

  test('its checks are open again at once, without a conclusion', async () => {
    const told = house.github.requests.length;
    rerun(queued);
    await house.clock.advance(200);
    expect(house.github.requests.slice(told).toSorted()).toEqual([
      'update cyclone queued',
      'update cyclone/pre_build queued',
    ]);
    const { view } = house.github.only(STAGE);
    expect(view).toMatchObject({ title: 'Queued: run again by alice', startedAt: START + 60_000 });
    expect(view).not.toHaveProperty('conclusion');
    expect(view.text).not.toContain('hello');
    expect(house.github.only(CYCLONE).view.title).toBe('Queued: run again by alice');
  });

  test('while other stages run, a stage that has just ended is open at once as well', async () => {
    const state = { status: 'in_progress', startedAt: START } as const;
    const both = (pre_build: StageState) =>
      subject({ run: 9, state, stages: { pre_build, build: running() } });
    house.put(both(queued));
    await house.idle();
    house.put(both(ended(failed(), 1)));
    await house.clock.advance(300);
    expect(house.github.only(STAGE).view.status).toBe('completed');
    house.again(both(queued));
    await house.clock.advance(200);
    expect(house.github.only(STAGE).view.status).toBe('queued');
  });

  test('a stage that runs already is shown waiting at once, and running after two seconds', async () => {
    rerun(running(house.clock.now()), { status: 'in_progress', startedAt: house.clock.now() });
    await house.clock.advance(3_000);
    expect(house.github.only(STAGE).view.status).toBe('in_progress');
  });

  test('its end is told as any other, and its text begins with the newest time', async () => {
    rerun(queued);
    await house.idle();
    house.log.text += '— run again by alice —\nonce more\n';
    rerun(ended(failed(), 90), runEnded('failure', 'pre_build failed', 90));
    await house.idle();
    const { view } = house.github.only(STAGE);
    expect(view).toMatchObject({ conclusion: 'failure' });
    expect(view.text).toContain('once more');
    expect(view.text).not.toContain('hello');
    expect(view.summary).toContain('by alice');
    expect(house.github.only(CYCLONE).view.actions.map(({ identifier }) => identifier)).toEqual(['rerun']);
  });

  test('a stage that is only skipped this time has a start of this time', async () => {
    const outcome = skipped('an earlier stage failed');
    rerun({ status: 'completed', outcome, facts: {}, completedAt: START + 90_000 });
    await house.idle();
    expect(house.github.only(STAGE).view).toMatchObject({ startedAt: START + 90_000 });
  });
});

describe('when something of ours breaks', () => {
  test('a database that fails for a moment delays, and loses nothing', async () => {
    house.store.breakOnce();
    house.put(waiting);
    await house.clock.advance(50);
    house.store.breakOnce();
    await house.idle();
    expect(house.github.only(STAGE).view.status).toBe('queued');
    expect(house.github.only(CYCLONE).view.status).toBe('queued');
  });

  test('a check is sent without its log when the log cannot be read', async () => {
    house.log.broken = true;
    house.put(done);
    await house.idle();
    expect(house.github.only(STAGE).view).toMatchObject({ conclusion: 'success' });
    expect(house.github.only(STAGE).view.text).toBeUndefined();
  });
});
