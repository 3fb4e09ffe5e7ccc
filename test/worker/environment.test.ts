import { describe, expect, test } from '@jest/globals';
import { lastOfEachKey, stageEnvironment } from '../../src/worker/environment.js';
import { leaseOf } from './world.js';

const environment = (file: readonly string[] = [], image?: string): Record<string, string> =>
  Object.fromEntries(
    stageEnvironment(leaseOf([]), 'pre_build:api', file, image).map((entry) =>
      entry.split(/=(.*)/s).slice(0, 2),
    ),
  );

describe('the environment of a stage', () => {
  test('says what runs', () => {
    expect(stageEnvironment(leaseOf([]), 'lint', [])).toEqual([
      'CI=true',
      'GIT_CONFIG_COUNT=1',
      'GIT_CONFIG_KEY_0=safe.directory',
      'GIT_CONFIG_VALUE_0=*',
      'CYCLONE=true',
      'CYCLONE_RUN=7',
      'CYCLONE_STAGE=lint',
      'CYCLONE_EVENT=push',
      'CYCLONE_REPO=acme/api',
      `CYCLONE_SHA=${'a'.repeat(40)}`,
      'CYCLONE_REF=refs/heads/main',
      'CYCLONE_BRANCH=main',
      'CYCLONE_TAG=',
      'CYCLONE_PR=',
      'CYCLONE_IMAGE=',
      'CYCLONE_URL=http://localhost:3000/runs/7',
    ]);
  });

  test('lets the file decide, but not CYCLONE_*', () => {
    const result = environment(
      ['CI=false', 'PATH=/x', 'CYCLONE_SHA=forged', 'CYCLONE=', 'CYCLONES=2'],
      'acme/api:v1',
    );
    expect(result).toMatchObject({
      CI: 'false',
      PATH: '/x',
      CYCLONE: 'true',
      CYCLONES: '2',
      CYCLONE_IMAGE: 'acme/api:v1',
    });
    expect(result['CYCLONE_SHA']).toBe('a'.repeat(40));
  });

  test('adds to git configuration that the file brings', () => {
    const file = ['GIT_CONFIG_COUNT=1', 'GIT_CONFIG_KEY_0=user.name', 'GIT_CONFIG_VALUE_0=Ada'];
    expect(environment(file)).toMatchObject({
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'Ada',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '*',
    });
  });

  test('keeps a value as it is', () => {
    expect(environment(['A=b=c $(id) "x"'])['A']).toBe('b=c $(id) "x"');
  });

  test('the last entry of a key wins', () => {
    expect(lastOfEachKey(['A=1', 'B=2', 'A=3', 'C'])).toEqual(['A=3', 'B=2', 'C']);
  });
});
