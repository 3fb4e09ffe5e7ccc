import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createBehind } from '../../../src/adapters/docker/behind.js';
import { imageConfigs } from '../../../src/adapters/docker/image-configs.js';
import { layerMarks } from '../../../src/adapters/docker/layer-cache.js';
import { type ListeningEngine, listeningEngine } from './listening-engine.js';

const ID = `sha256:${'1'.repeat(64)}`;
const HEAD = '1'.repeat(12);

let engine: ListeningEngine;
beforeEach(async () => {
  engine = await listeningEngine();
});
afterEach(() => engine.close());

const isIn = (id: string, name = id): void => {
  engine.answers.set(`GET /images/${name}/json`, { Id: id, Config: { WorkingDir: '/' } });
};

describe('what an image is', () => {
  test('is asked once for its id', async () => {
    isIn(ID);
    const configs = imageConfigs(engine.client);
    expect(await configs(ID)).toEqual({ Id: ID, Config: { WorkingDir: '/' } });
    await configs(ID);
    expect(engine.asked).toEqual([`GET /images/${ID}/json`]);
  });

  test('is asked each time for a name, which may be given to another, and then not for the id that it had', async () => {
    isIn(ID, 'acme:1');
    const configs = imageConfigs(engine.client);
    await configs('acme:1');
    await configs('acme:1');
    await configs(ID);
    expect(engine.asked).toEqual(['GET /images/acme:1/json', 'GET /images/acme:1/json']);
  });

  test('is asked again when it was not there', async () => {
    const configs = imageConfigs(engine.client);
    await expect(configs(ID)).rejects.toMatchObject({ statusCode: 404 });
    isIn(ID);
    expect((await configs(ID)).Id).toBe(ID);
  });

  test('is forgotten when 256 others were used since', async () => {
    const configs = imageConfigs(engine.client);
    const ids = Array.from({ length: 257 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`);
    for (const id of ids) isIn(id);
    const [first = '', second = '', ...others] = ids;
    await configs(first);
    await configs(second);
    await configs(first);
    for (const id of others) await configs(id);
    engine.asked.length = 0;
    await configs(first);
    await configs(second);
    expect(engine.asked).toEqual([`GET /images/${second}/json`]);
  });
});

describe('marks of layers', () => {
  const LIST = 'GET /images/json';
  const marksOf = () =>
    layerMarks({ client: engine.client, install: 'test', configs: imageConfigs(engine.client) });
  const commits = (): number => engine.asked.filter((what) => what === 'POST /commit').length;
  const lists = (): number => engine.asked.filter((what) => what === LIST).length;

  beforeEach(() => {
    isIn(ID, HEAD);
    engine.answers.set(LIST, []);
    engine.answers.set('POST /containers/create', { Id: 'c1' });
    engine.answers.set('POST /commit', { Id: `sha256:${'2'.repeat(64)}` });
    engine.answers.set('DELETE /containers/c1', {});
  });

  test('are looked for once, and made once', async () => {
    const marks = marksOf();
    await marks.mark([ID, ID], {});
    await marks.mark([ID], {});
    expect([lists(), commits()]).toEqual([1, 1]);
    expect(engine.asked.at(-1)).toBe('DELETE /containers/c1');
  });

  test('that are there are not made', async () => {
    engine.answers.set(LIST, [{ Id: 'sha256:3', Labels: { 'cyclone.cache': HEAD } }]);
    const marks = marksOf();
    await marks.mark([ID], {});
    await marks.mark([ID], {});
    expect([lists(), commits()]).toEqual([1, 0]);
  });

  test('are made again when images went since', async () => {
    const marks = marksOf();
    await marks.mark([ID], {});
    marks.forget();
    await marks.mark([ID], {});
    expect([lists(), commits()]).toEqual([2, 2]);
  });

  test('are looked for again when the engine did not say which there are', async () => {
    engine.answers.delete(LIST);
    const marks = marksOf();
    await expect(marks.mark([ID], {})).rejects.toMatchObject({ statusCode: 404 });
    engine.answers.set(LIST, []);
    await marks.mark([ID], {});
    expect(commits()).toBe(1);
  });
});

describe('what is left for later', () => {
  test('is done when it is asked for, one after the other, and all of it whatever fails', async () => {
    const behind = createBehind();
    const done: string[] = [];
    const work = (name: string) => async () => {
      done.push(`${name} begins`);
      await Promise.resolve();
      done.push(`${name} ends`);
    };
    behind.add(work('one'));
    behind.add(() => Promise.reject(new Error('the engine is away')));
    behind.add(work('two'));
    expect(done).toEqual([]);
    await Promise.all([behind.settled(), behind.settled()]);
    expect(done).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });
});
