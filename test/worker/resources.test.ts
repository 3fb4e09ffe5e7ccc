import { describe, expect, test } from '@jest/globals';
import { EngineUnavailable } from '../../src/worker/ports.js';
import { Resources } from '../../src/worker/resources.js';
import { FakeEngine } from '../fakes/engine/fake-engine.js';

function resourcesOf(engine: FakeEngine): Resources {
  const silent = (): void => undefined;
  const logger = { info: silent, warn: silent, error: silent };
  return new Resources({
    engine,
    labels: {},
    networkName: 'n',
    owner: { run: 7, job: 'chain', fence: 1 },
    logger,
  });
}

describe('behind its end a job', () => {
  test('gets no network that nobody would remove', async () => {
    const engine = new FakeEngine();
    const resources = resourcesOf(engine);
    const closed = resources.close();
    await expect(resources.network()).rejects.toBeInstanceOf(EngineUnavailable);
    await closed;
    await expect(resources.network()).rejects.toBeInstanceOf(EngineUnavailable);
    expect(engine.networks.size).toBe(0);
  });

  test('loses the network that was being made', async () => {
    const engine = new FakeEngine();
    const resources = resourcesOf(engine);
    const made = resources.network();
    await resources.close();
    await made;
    expect(engine.networks.size).toBe(0);
  });
});
