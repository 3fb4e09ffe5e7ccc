import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CarryOut, createCarryOut } from '../../../src/handlers/commands/carry-out.js';
import type { Role } from '../../../src/handlers/ports.js';
import { SHA } from '../../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse, TWO_STAGES } from '../../runs/house.js';
import { PULL, Talk } from './talk.js';

/** After the runs of these tests. */
const LATER = 1_000_000;
const HEAD = 'b'.repeat(40);

let ground: Ground;
let house: House;
let talk: Talk;
let carryOut: CarryOut;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
  talk = new Talk();
  ground.pulls.put({ number: PULL, sha: SHA });
  const { operations, enquiries, logger } = house;
  carryOut = createCarryOut({ ...talk.edges, operations, enquiries, pulls: ground.pulls, logger });
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const pullRun = () => house.intake(delivery({ event: 'pull_request', pullRequest: PULL, sha: SHA }));
const runs = async () => (await house.store.ofCommit(7, SHA)).map(({ id }) => id);

describe('a command of someone with the right', () => {
  test('is seen at once, carried out, and answered by a reaction alone', async () => {
    await carryOut(talk.write('/test'));
    expect(talk.reacted).toEqual(['1 eyes', '1 rocket']);
    expect(await runs()).toEqual([1]);
    expect(talk.words()).toEqual([]);
  });

  test('that comes twenty times has one effect', async () => {
    const comment = talk.write('/test');
    for (let times = 0; times < 20; times += 1) await carryOut(comment);
    expect(await runs()).toEqual([1]);
    expect(talk.reacted).toEqual(['1 eyes', '1 rocket']);
  });

  test('is for the head as it is when it is carried out', async () => {
    const comment = talk.write('/test');
    ground.pulls.put({ number: PULL, sha: HEAD });
    await carryOut(comment);
    expect((await house.run()).trigger.sha).toBe(HEAD);
  });

  test('is carried out also where GitHub takes no sign of it, and tried again for its result', async () => {
    const comment = talk.write('/test');
    talk.away = true;
    await expect(carryOut(comment)).rejects.toThrow('502');
    expect(await runs()).toEqual([1]);
    talk.away = false;
    await carryOut(comment);
    expect(talk.reacted).toEqual(['1 eyes', '1 rocket']);
    expect(await runs()).toEqual([1]);
  });

  test('that cannot be carried out is told why', async () => {
    await pullRun();
    await carryOut(talk.write('/test lnit', 'alice', LATER));
    expect(talk.reacted).toEqual(['1 eyes', '1 confused']);
    expect(talk.answers).toEqual([
      { comment: 1, place: 0, by: 'alice', command: '/test lnit', words: expect.stringContaining('lnit') },
    ]);
  });

  test('ends what runs', async () => {
    await pullRun();
    await carryOut(talk.write('/cancel'));
    expect((await house.run()).progress.run).toMatchObject({ conclusion: 'cancelled', reason: 'by alice' });
    expect(talk.reacted).toEqual(['1 eyes', '1 rocket']);
  });

  test('is answered also where nothing can come of it yet', async () => {
    await carryOut(talk.write('/approve deploy\n/deploy prod'));
    expect(talk.words()).toEqual([expect.stringMatching(/^Not yet/), expect.stringMatching(/^Not yet/)]);
    expect(talk.answers.map(({ place }) => place)).toEqual([0, 1]);
  });

  test('on several lines is one wish where it is the same', async () => {
    await carryOut(talk.write('/test pre_build\n/test integration'));
    expect(talk.reacted).toEqual(['1 eyes', '1 rocket']);
    expect(talk.words()).toEqual([]);
  });

  test('that is misspelt is asked about', async () => {
    await carryOut(talk.write('/retset'));
    expect(talk.reacted).toEqual(['1 eyes', '1 confused']);
    expect(talk.words()).toEqual(['There is no command retset. Did you mean /retest?']);
    await carryOut(talk.write('/cyclone fly'));
    expect(talk.words().at(-1)).toBe('There is no command fly. Write /cyclone help for a list.');
  });

  test('lets a commit only be named by what names one', async () => {
    await carryOut(talk.write('/ok-to-test main'));
    expect(talk.words()).toEqual([expect.stringContaining('seven digits')]);
  });
});

describe('questions', () => {
  test('say how far the run is', async () => {
    await carryOut(talk.write('/status', 'reader'));
    expect(talk.words()).toEqual(['Nothing has run for the head of this pull request.']);
    await pullRun();
    await carryOut(talk.write('/status', 'reader'));
    expect(talk.words().at(-1)).toBe(
      ['Run 1 of 0123456 · queued, 0 of 2 stages done', 'pre_build: Queued', 'integration: Queued'].join(
        '\n',
      ),
    );
    expect(talk.reacted.slice(-2)).toEqual(['2 eyes', '2 +1']);
  });

  test('say why', async () => {
    await carryOut(talk.write('/why pre_build'));
    expect(talk.words()).toEqual(['Nothing has run for the head of this pull request.']);
    await pullRun();
    await carryOut(talk.write('/why cyclone/pre_build integration'));
    const [first, second] = talk.words().at(-1)?.split('\n') ?? [];
    expect(first).toMatch(/^pre_build: .*pull request/);
    expect(second).toMatch(/^integration: .*waits/);
    await carryOut(talk.write('/why'));
    expect(talk.words().at(-1)).toBe('Which stage? There are pre_build, integration.');
    await carryOut(talk.write('/why nothing'));
    expect(talk.words().at(-1)).toMatch(/^There is no stage nothing/);
  });

  test('say why nothing runs at all', async () => {
    ground.files.files.set('caicloud.yml', 'pre_build: [');
    await pullRun();
    await carryOut(talk.write('/why'));
    expect(talk.words()).toEqual([expect.stringMatching(/caicloud.yml line 1/i)]);
  });

  test('list the commands, and no line of ours is one', async () => {
    await carryOut(talk.write('/help', 'reader'));
    const [help = ''] = talk.words();
    for (const name of [
      'test',
      'retest',
      'cancel',
      'ok-to-test',
      'approve',
      'deploy',
      'status',
      'why',
      'help',
    ]) {
      expect(help).toContain(`Write /${name}`);
    }
    expect(help).not.toMatch(/^\//m);
  });
});

describe('command spoofing (row 13): no effect has a command', () => {
  const nothing = async (): Promise<void> => {
    expect(await runs()).toEqual([]);
    expect(talk.reacted).toEqual([]);
    expect(talk.answers).toEqual([]);
  };

  test('of a comment that was deleted', async () => {
    const comment = talk.write('/test');
    talk.comments.clear();
    await carryOut(comment);
    await nothing();
  });

  test('of a comment that was edited, to another or to the same command', async () => {
    const comment = talk.write('/test');
    for (const body of ['/cancel', 'never mind', '/test lint', '/test ']) {
      talk.comments.set(comment.comment, { by: 'alice', body });
      await carryOut(comment);
    }
    await nothing();
  });

  test('of a comment that is somebody else’s', async () => {
    const comment = talk.write('/test', 'reader');
    await carryOut({ ...comment, by: 'alice' });
    await nothing();
  });

  test('on a pull request that was closed, or is gone', async () => {
    ground.pulls.put({ number: PULL, sha: SHA, state: 'closed' });
    await carryOut(talk.write('/test'));
    ground.pulls.pulls.clear();
    await carryOut(talk.write('/test'));
    await nothing();
  });

  test('on a pull request, and is no command', async () => {
    await carryOut(talk.write('> /test'));
    await nothing();
    expect(ground.pulls.asked).toEqual([]);
  });

  test('though its line breaks come back as others', async () => {
    const comment = talk.write('ok\r\n/test');
    talk.comments.set(comment.comment, { by: 'alice', body: 'ok\n/test' });
    await carryOut(comment);
    expect(await runs()).toEqual([1]);
  });
});

describe('rights are those of the moment', () => {
  test.each<[Role, boolean]>([
    ['admin', true],
    ['maintain', true],
    ['write', true],
    ['triage', false],
    ['read', false],
    ['none', false],
  ])('%s may run: %p', async (role, may) => {
    talk.roles.set('alice', role);
    await carryOut(talk.write('/test'));
    expect(await runs()).toEqual(may ? [1] : []);
    expect(talk.reacted).toEqual(may ? ['1 eyes', '1 rocket'] : ['1 -1']);
    expect(talk.answers).toEqual([]);
  });

  test.each(['/test', '/retest', '/cancel', '/ok-to-test', '/approve x', '/deploy x'])(
    'a reader may not %s, and is not told so in words',
    async (body) => {
      await carryOut(talk.write(body, 'reader'));
      expect(talk.reacted).toEqual(['1 -1']);
      expect(talk.answers).toEqual([]);
    },
  );

  test.each(['/status', '/why', '/help', '/retset'])('who sees nothing may not ask %s', async (body) => {
    await carryOut(talk.write(body, 'nobody'));
    expect(talk.reacted).toEqual(['1 -1']);
    expect(talk.answers).toEqual([]);
  });

  test('of a comment, what may be done is done', async () => {
    await carryOut(talk.write('/test\n/status', 'reader'));
    expect(talk.reacted).toEqual(['1 -1', '1 eyes', '1 +1']);
    expect(await runs()).toEqual([]);
    expect(talk.answers).toMatchObject([{ place: 1, command: '/status' }]);
  });
});
