import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { drawBadge } from '../../src/web/badge.js';
import { createAddresses } from '../../src/web/links.js';
import { SIGNING_KEY, type Site, startSite } from './harness.js';
import { NOON, repository, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

const over = (conclusion: 'success' | 'failure' | 'timed_out' | 'cancelled') =>
  ({ status: 'completed', conclusion, reason: '', completedAt: NOON }) as const;

async function word(path: string): Promise<string | undefined> {
  const { body, headers, status } = await site.ask(path);
  expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8']);
  return /<title>cyclone: (\w+)<\/title>/.exec(body)?.[1];
}

describe('the badge', () => {
  test.each([
    [over('success'), 'passing'],
    [over('failure'), 'failing'],
    [over('timed_out'), 'failing'],
    [over('cancelled'), 'unknown'],
    [{ status: 'in_progress', startedAt: NOON } as const, 'running'],
    [{ status: 'queued' } as const, 'running'],
  ])('of %j is %s', async (run, expected) => {
    site.runs.put(runView({ run }));
    expect(await word('/badge/acme/hello.svg')).toBe(expected);
  });

  test('is of the default branch, or of the one that is named', async () => {
    site.runs.put(runView({ id: 1, run: over('success') }));
    site.runs.put(runView({ id: 2, run: over('failure'), trigger: { branch: 'side/way' } }));
    expect(await word('/badge/acme/hello.svg')).toBe('passing');
    expect(await word('/badge/acme/hello.svg?branch=side%2Fway')).toBe('failing');
    expect(await word(`/badge/acme/hello.svg?branch=${'x'.repeat(300)}`)).toBe('unknown');
  });

  test('of a private repository is as of none, unless its address is signed for this one', async () => {
    site.runs.put(runView({ private: true, run: over('failure') }));
    const theirs = await site.ask('/badge/acme/hello.svg');
    expect(theirs.body).toBe((await site.ask('/badge/acme/nothing.svg')).body);
    const signed = (id: number): string =>
      createAddresses('', SIGNING_KEY).badge({ ...repository, id, private: true });
    expect(await word(signed(repository.id))).toBe('failing');
    expect(await word(signed(99))).toBe('unknown');
  });

  test('is kept for a minute, and asked for by what it was', async () => {
    site.runs.put(runView({ run: over('success') }));
    const { headers } = await site.ask('/badge/acme/hello.svg');
    expect(headers['cache-control']).toBe('public, max-age=60');
    const ifNoneMatch = { headers: { 'If-None-Match': headers.etag } };
    expect((await site.ask('/badge/acme/hello.svg', ifNoneMatch)).status).toBe(304);
    site.runs.put(runView({ run: over('failure') }));
    expect((await site.ask('/badge/acme/hello.svg', ifNoneMatch)).status).toBe(200);
  });

  test('is as wide as its words, in any font, and holds no markup of others', () => {
    const svg = drawBadge('<b>&"', 'passing');
    expect(svg).not.toMatch(/<b>|&"/);
    expect(svg).toContain('aria-label="&#60;b&#62;&#38;&#34;: passing"');
    const widths = (label: string): readonly number[] =>
      [...drawBadge(label, 'passing').matchAll(/textLength="(\d+)"/g)].map(([, width]) => Number(width));
    expect(Number(widths('wide')[0])).toBeGreaterThan(Number(widths('ill')[0]));
    expect(widths('wide')[1]).toBe(widths('ill')[1]);
  });
});
