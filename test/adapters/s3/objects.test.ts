import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { s3Objects } from '../../../src/adapters/s3/objects.js';
import { type FakeS3, startS3, type Trouble } from '../../fakes/s3/server.js';
import { signatureOf } from '../../fakes/s3/signature.js';

let s3: FakeS3;

beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.stop());

function store(change: Partial<Parameters<typeof s3Objects>[0]> = {}) {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3;
  const address = { endpoint, bucket, prefix: 'ci/', region, accessKeyId, secretAccessKey };
  return s3Objects({ ...address, backoffMs: 1, timeoutMs: 300, ...change });
}

test('the signature of the stand-in is that of the example in the documentation', () => {
  const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const signed = {
    method: 'GET',
    path: '/test.txt',
    headers: [
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['range', 'bytes=0-9'],
      ['x-amz-content-sha256', hash],
      ['x-amz-date', '20130524T000000Z'],
    ] as const,
    hash,
    time: '20130524T000000Z',
  };
  const key = {
    region: 'us-east-1',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  expect(signatureOf(signed, key)).toBe('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});

describe('s3Objects', () => {
  test('what was put is there, in whole and in ranges, under its prefix', async () => {
    const objects = store();
    await objects.put('1/build-0a/1.1.pack', Buffer.from('0123456789'));
    expect([...s3.objects.keys()]).toEqual(['ci/1/build-0a/1.1.pack']);
    expect((await objects.get('1/build-0a/1.1.pack'))?.toString()).toBe('0123456789');
    expect((await objects.get('1/build-0a/1.1.pack', { start: 2, end: 5 }))?.toString()).toBe('234');
    expect((await objects.get('1/build-0a/1.1.pack', { start: 8, end: 50 }))?.toString()).toBe('89');
    expect((await objects.get('1/build-0a/1.1.pack', { start: 10, end: 50 }))?.length).toBe(0);
    await objects.put('1/build-0a/1.1.pack', Buffer.alloc(0));
    expect((await objects.get('1/build-0a/1.1.pack'))?.length).toBe(0);
  });

  test('what is not there is undefined, and removing it no error', async () => {
    const objects = store();
    expect(await objects.get('none')).toBeUndefined();
    expect(await objects.get('none', { start: 0, end: 5 })).toBeUndefined();
    await objects.remove('none');
    await objects.put('a', Buffer.from('a'));
    await objects.remove('a');
    expect(s3.objects.size).toBe(0);
  });

  const passing: readonly Trouble[] = [
    { status: 500, code: 'InternalError' },
    { status: 503, code: 'SlowDown' },
    { status: 429, code: 'TooManyRequests' },
    'hang up',
    'half an answer',
    'no answer',
  ];
  test.each(passing)('tries again after %j', async (trouble) => {
    const objects = store();
    await objects.put('a', Buffer.from('content'));
    s3.troubles.push(trouble, trouble);
    expect((await objects.get('a'))?.toString()).toBe('content');
    s3.troubles.push(trouble);
    await objects.put('b', Buffer.from('more'));
    expect(s3.objects.get('ci/b')?.toString()).toBe('more');
  });

  test('gives up after so many tries, with the last answer', async () => {
    s3.always = { status: 503, code: 'SlowDown' };
    await expect(store({ tries: 3 }).put('a', Buffer.from('a'))).rejects.toMatchObject({
      name: 'S3Error',
      status: 503,
      code: 'SlowDown',
    });
    expect(s3.requests).toEqual(['PUT ci/a', 'PUT ci/a', 'PUT ci/a']);
  });

  test('a refusal is not tried again, and says what to do', async () => {
    const cases = [
      [store({ secretAccessKey: 'another' }), 'SignatureDoesNotMatch', /AWS_SECRET_ACCESS_KEY or AWS_REGION/],
      [store({ region: 'us-east-1' }), 'SignatureDoesNotMatch', /AWS_REGION/],
      [store({ accessKeyId: 'AKIAOTHER' }), 'InvalidAccessKeyId', /AWS_ACCESS_KEY_ID/],
      [store({ bucket: 'other' }), 'NoSuchBucket', /CYCLONE_LOGS_STORE/],
    ] as const;
    for (const [objects, code, words] of cases) {
      const error = await objects.get('a').catch((error: unknown) => error);
      expect(error).toMatchObject({ name: 'S3Error', code, message: expect.stringMatching(words) });
    }
    expect(s3.requests).toHaveLength(cases.length);
  });

  test('errors hold no key', async () => {
    s3.always = 'hang up';
    const error: unknown = await store({ tries: 2 })
      .get('a')
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'S3Error', status: undefined });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/secret\+of|AKIAFAKE|Signature/);
  });

  test('is not led elsewhere', async () => {
    s3.always = { status: 307, code: 'TemporaryRedirect' };
    await expect(store().get('a')).rejects.toMatchObject({
      status: 307,
      message: expect.stringMatching(/region/),
    });
  });
});
