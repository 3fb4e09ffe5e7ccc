import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numbered } from '../pipeline/examples.js';
import {
  delivery,
  type Ground,
  type House,
  type HouseOptions,
  newGround,
  openHouse,
  repository,
  TWO_STAGES,
} from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

async function reopen(options: HouseOptions): Promise<void> {
  await house.close();
  house = await openHouse(ground, options);
}

const passed = (stage: string, seq: number, fence = 1) =>
  numbered({ type: 'stage_ended', stage, outcome: { kind: 'passed' }, facts: { exitCode: 0 } }, seq, fence);
const begun = (stage: string, seq: number, fence = 1) =>
  numbered({ type: 'stage_started', stage }, seq, fence);

describe('another clone token', () => {
  test('is for the newest owner of a job that is not over', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    expect(await house.renewToken(1, 'chain', 1, 'old')).toBe('ghs_acme_hello_not_old');
    await house.lease(1, 'chain', 'w2');
    expect(await house.renewToken(1, 'chain', 1, 'old')).toBeUndefined();
    expect(await house.renewToken(1, 'chain', 2, 'old')).toBe('ghs_acme_hello_not_old');
    expect(await house.renewToken(1, 'lint', 2, 'old')).toBeUndefined();
    expect(await house.renewToken(2, 'chain', 2, 'old')).toBeUndefined();
    await house.cancel(1, 'by alice');
    await house.jobFailed(1, 'chain');
    expect(await house.renewToken(1, 'chain', 2, 'old')).toBeUndefined();
  });
});

describe('a lease', () => {
  test('holds what a worker needs, and credentials by their host', async () => {
    const registries = { 'registry.example': { username: 'u', password: 'p4ss' } };
    await reopen({ registries });
    await house.intake(delivery());
    const lease = await house.lease(1, 'chain', 'w1');
    const { plan, trigger } = await house.run();
    expect(lease).toEqual({
      run: 1,
      job: plan.jobs[0],
      plan,
      repository,
      trigger,
      trusted: false,
      fence: 1,
      cloneToken: 'ghs_acme_hello',
      registries,
      secrets: ['ghs_acme_hello', 'p4ss'],
      done: [],
      url: 'https://cyclone.example/runs/1',
    });
    expect((await house.run()).progress.jobs).toMatchObject([{ status: 'running', fence: 1 }]);
  });

  test('names the secrets that stand in the file itself', async () => {
    ground.files.files.set(
      'caicloud.yml',
      `integration:
  image: busybox
  commands: ["true"]
  auth_config: { username: u, password: in-file }
  services:
    db: { image: postgres, auth_config: { registry_token: of-service } }
deploy:
  - deployment: api
    token: of-deploy
    host: https://k8s.example
    containers: [api]
`,
    );
    await house.intake(delivery());
    const lease = await house.lease(1, 'chain', 'w1');
    expect(lease?.secrets).toEqual(['ghs_acme_hello', 'in-file', 'of-service', 'of-deploy']);
  });

  test('is not given when GitHub gives no token: the job waits', async () => {
    await house.intake(delivery());
    ground.files.away = true;
    await expect(house.lease(1, 'chain', 'w1')).rejects.toThrow('502');
    ground.files.away = false;
    expect(await house.lease(1, 'chain', 'w1')).toMatchObject({ fence: 2 });
  });

  test.each([
    [99, 'chain'],
    [1, 'other'],
  ])('is not given for run %s, job %s, which is not there', async (run, job) => {
    await house.intake(delivery());
    expect(await house.lease(run, job, 'w1')).toBeUndefined();
  });

  test('is not given for a job that is over', async () => {
    await house.intake(delivery());
    await house.jobFailed(1, 'chain');
    expect(await house.lease(1, 'chain', 'w1')).toBeUndefined();
  });
});

describe('a takeover', () => {
  beforeEach(async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    ground.stream.report(begun('pre_build', 1));
  });

  test('knows what was done and what was begun', async () => {
    ground.stream.report(passed('pre_build', 2), begun('integration', 3));
    expect(await house.lease(1, 'chain', 'w2')).toMatchObject({
      fence: 2,
      done: [{ stage: 'pre_build', outcome: { kind: 'passed' }, facts: { exitCode: 0 } }],
      begun: 'integration',
    });
  });

  test('raises the fence before it reads what was reported: the last word counts, and it is the last', async () => {
    let late: boolean | undefined;
    // Until the fence is up the older owner's words are taken, so they must be read after it.
    ground.stream.meanwhile = {
      raise: () => void ground.stream.report(passed('pre_build', 2)),
      settled: () => {
        late = ground.stream.report(begun('integration', 3));
      },
    };
    const lease = await house.lease(1, 'chain', 'w2');
    expect(lease?.done.map(({ stage }) => stage)).toEqual(['pre_build']);
    expect(lease).not.toHaveProperty('begun');
    expect(late).toBe(false);
  });

  test('of a job whose end was reported in the last moment gives nothing', async () => {
    ground.stream.meanwhile = {
      raise: () =>
        void ground.stream.report(
          passed('pre_build', 2),
          begun('integration', 3),
          passed('integration', 4),
          numbered({ type: 'job_ended' }, 5),
        ),
    };
    expect(await house.lease(1, 'chain', 'w2')).toBeUndefined();
    expect((await house.run()).progress.run).toMatchObject({ conclusion: 'success' });
  });

  test('has a greater fence than any before, also when Redis has forgotten', async () => {
    await house.lease(1, 'chain', 'w2');
    const forgetful = await newGround();
    await house.close();
    house = await openHouse({ ...forgetful, directory: ground.directory, files: ground.files });
    expect(await house.lease(1, 'chain', 'w3')).toMatchObject({ fence: 3 });
    await forgetful.clear();
  });
});

describe('a run that was cancelled', () => {
  test('before anybody had its job gives no lease', async () => {
    await house.intake(delivery());
    await house.cancel(1, 'by alice');
    expect(await house.lease(1, 'chain', 'w1')).toBeUndefined();
  });

  test('while its worker was dying gives no lease, and ends', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    ground.stream.report(begun('pre_build', 1));
    await ground.stream.settled();
    await house.cancel(1, 'by alice');
    expect((await house.run()).progress.run.status).toBe('in_progress');
    expect(await house.lease(1, 'chain', 'w2')).toBeUndefined();
    expect((await house.run()).progress.run).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
  });

  test('while its fence is raised gives no lease', async () => {
    await house.intake(delivery());
    let cancelled: Promise<void> | undefined;
    ground.stream.meanwhile = {
      settled: () => {
        cancelled = house.cancel(1, 'by alice');
      },
    };
    const lease = await house.lease(1, 'chain', 'w1');
    await cancelled;
    expect(lease).toBeUndefined();
    expect((await house.run()).progress.run).toMatchObject({ conclusion: 'cancelled' });
  });
});
