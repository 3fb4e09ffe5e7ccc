import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import type { CheckoutRequest } from '../../../src/worker/ports.js';
import { createOrigin, type GitServer, pushOf, repositoryAt, serveGit, temporary } from './origin.js';

const never = new AbortController().signal;

describe('a fetch that fails', () => {
  const root = temporary('root');
  const origin = createOrigin(path.join(root, 'acme', 'api'));
  const token = 'ghs_secretSecretSecret';
  let server: GitServer;
  beforeAll(async () => {
    server = await serveGit(root, token);
  });
  afterAll(() => server.close());

  const over = (sha: string): CheckoutRequest => ({
    repository: repositoryAt(`${server.url}/acme/api/.git`),
    trigger: pushOf(sha),
    token,
    directory: temporary('workspace'),
  });

  /** A checkout that waits for nothing and writes down how long it would have waited. */
  function impatient(mirrors = temporary('mirrors')) {
    const waits: number[] = [];
    const lines: string[] = [];
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    const git = gitCheckout({ mirrors, sleep });
    const run = (wanted: CheckoutRequest, signal = never) =>
      git.checkout(wanted, signal, (line) => lines.push(line));
    return { run, waits, lines };
  }

  test('is tried again, at longer and longer intervals, and says so', async () => {
    const sha = origin.commit({ 'a.txt': 'after all' });
    const wanted = over(sha);
    const { run, waits, lines } = impatient();
    server.failNext(3);
    await run(wanted);
    expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('after all');
    expect(waits).toEqual([1000, 3000, 6000]);
    expect(lines.map((line) => line.split('\n'))).toEqual(
      ['1 s (2 of 4)', '3 s (3 of 4)', '6 s (4 of 4)'].map((again) => [
        expect.stringMatching(/^git fetch: .*503$/),
        `trying again in ${again}`,
      ]),
    );
    expect(lines.join('\n')).not.toContain(token);
  });

  test('four times has failed, in git’s words', async () => {
    const wanted = over(origin.commit({ 'a.txt': 'never' }));
    const { run, waits } = impatient();
    server.failNext(Number.POSITIVE_INFINITY);
    await expect(run(wanted)).rejects.toMatchObject({
      name: 'CheckoutFailed',
      message: expect.stringMatching(/^git fetch: .*503.* \(tried 4 times\)$/s),
    });
    server.failNext(0);
    expect(waits).toHaveLength(3);
  });

  test('is not made for a commit that is there', async () => {
    const sha = origin.commit({ 'a.txt': 'there' });
    const mirrors = temporary('mirrors');
    await impatient(mirrors).run(over(sha));
    const { run, waits } = impatient(mirrors);
    server.failNext(Number.POSITIVE_INFINITY);
    await run(over(sha));
    server.failNext(0);
    expect(waits).toEqual([]);
  });

  test('is not tried again when git cannot be run at all', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), git: '/nowhere/git', sleep });
    await expect(checkout.checkout(over('a'.repeat(40)), never)).rejects.toThrow(/^git cannot be run/);
    expect(waits).toEqual([]);
  });

  test('lets others use the mirror while it waits', async () => {
    const [first, second] = [origin.commit({ 'a.txt': '1' }), origin.commit({ 'a.txt': '2' })];
    let go = (): void => undefined;
    let waiting = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      waiting = resolve;
    });
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const sleep = async (): Promise<void> => {
      waiting();
      await gone;
    };
    const git = gitCheckout({ mirrors: temporary('mirrors'), sleep });
    server.failNext(1);
    const one = over(first);
    const failing = git.checkout(one, never);
    await waits;
    const two = over(second);
    await git.checkout(two, never);
    expect(readFileSync(path.join(two.directory, 'a.txt'), 'utf8')).toBe('2');
    go();
    await failing;
    expect(readFileSync(path.join(one.directory, 'a.txt'), 'utf8')).toBe('1');
  });

  test('ends with the reason when it is aborted while it waits', async () => {
    const stop = new AbortController();
    server.failNext(Number.POSITIVE_INFINITY);
    const fetching = gitCheckout({ mirrors: temporary('mirrors') }).checkout(
      over(origin.commit({ 'a.txt': 'aborted' })),
      stop.signal,
      () => setImmediate(() => stop.abort(new Error('superseded'))),
    );
    await expect(fetching).rejects.toThrow('superseded');
    server.failNext(0);
  });
});
