import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SecretStore, SecretsUnavailable } from '../../src/runs/ports.js';
import { SHA } from '../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse } from './house.js';

const FILE = `pre_build: { image: busybox, commands: ["true"], secrets: [A, B] }
integration: { image: busybox, commands: ["true"] }
post_build: { image: busybox, commands: ["true"], secrets: [C] }
`;
const A = 'value of A';
const B = 'value of B';
const C = 'value of C';

/** What an operator keeps; `broken` is what reading it throws. */
class Kept implements SecretStore {
  values: Readonly<Record<string, string>> = {};
  broken: Error | undefined;
  asked = 0;

  secretsOf(): Promise<Readonly<Record<string, string>>> {
    this.asked += 1;
    return this.broken === undefined ? Promise.resolve(this.values) : Promise.reject(this.broken);
  }
}

let ground: Ground;
let house: House;
let kept: Kept;
beforeEach(async () => {
  kept = new Kept();
  ground = await newGround({ 'caicloud.yml': FILE });
  house = await openHouse(ground, { secrets: kept });
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const lease = async (trigger: Parameters<typeof delivery>[0] = {}) => {
  await house.intake(delivery(trigger));
  const given = await house.lease(1, 'chain', 'w1');
  if (given === undefined) throw new Error('there is no lease');
  return given;
};

describe('the secrets of a lease', () => {
  test('go to the stages that name them, and are masked', async () => {
    kept.values = { A, B, C, D: 'of nobody' };
    const { stageSecrets, missingSecrets, secrets } = await lease({ tag: 'v1', event: 'tag' });
    expect(stageSecrets).toEqual({ pre_build: { A, B }, post_build: { C } });
    expect(missingSecrets).toBeUndefined();
    expect(secrets).toEqual(expect.arrayContaining([A, B, C]));
    expect(secrets).not.toContain('of nobody');
  });

  test('are those of stages that run', async () => {
    kept.values = { A, B, C };
    const given = await lease();
    expect(given.stageSecrets).toEqual({ pre_build: { A, B } });
    expect(given.secrets).not.toContain(C);
  });

  test('of which one is not there are named, and their stage gets none', async () => {
    kept.values = { A, C };
    const { stageSecrets, missingSecrets, secrets } = await lease({ tag: 'v1', event: 'tag' });
    expect(stageSecrets).toEqual({ post_build: { C } });
    expect(missingSecrets).toEqual({
      pre_build: [
        expect.stringMatching(/^the server has no secret B for acme\/hello: .*CYCLONE_SECRETS_FILE/),
      ],
    });
    expect(secrets).toContain(A);
  });

  test('named like what every object has are not there', async () => {
    ground.files.files.set('caicloud.yml', FILE.replace('[A, B]', '[constructor, __proto__]'));
    kept.values = { A };
    expect((await lease()).missingSecrets?.['pre_build']).toHaveLength(2);
  });

  test('that cannot be read fail their stages, without the words of the file', async () => {
    kept.broken = new SecretsUnavailable('line 3, column 1');
    const { stageSecrets, missingSecrets } = await lease();
    expect(stageSecrets).toBeUndefined();
    expect(missingSecrets).toEqual({
      pre_build: [expect.stringContaining('cannot read its file of secrets')],
    });
    expect(JSON.stringify(missingSecrets)).not.toContain('line 3');
    expect(house.logger.messages).toContain('secrets cannot be read');
  });

  test('are no reason to swallow a fault of ours', async () => {
    kept.broken = new TypeError('a bug');
    await house.intake(delivery());
    await expect(house.lease(1, 'chain', 'w1')).rejects.toThrow('a bug');
  });

  test('are not given to a fork, not even to be masked: stars would confirm a guess', async () => {
    kept.values = { A, B, C };
    ground.pulls.put({ number: 4, sha: SHA, fork: true });
    await house.intake(delivery({ event: 'pull_request', pullRequest: 4, fork: true }));
    await house.operations.allowRun(1, 'alice');
    const given = await lease({ event: 'pull_request', pullRequest: 4, fork: true });
    expect(JSON.stringify(given)).not.toContain('value of');
    expect(given).not.toHaveProperty('missingSecrets');
    expect(kept.asked).toBe(0);
  });

  test('are not asked for by a run that names none', async () => {
    ground.files.files.set('caicloud.yml', FILE.replaceAll(/, secrets: \[[^\]]*\]/g, ''));
    kept.broken = new SecretsUnavailable('bad');
    const given = await lease();
    expect(given.secrets).toEqual(['ghs_acme_hello']);
    expect(kept.asked).toBe(0);
  });
});
