import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { otlpTraces, type TraceExporter } from '../../../src/adapters/otel/exporter.js';
import type { RunTrace } from '../../../src/runs/ports.js';
import { type Collector, startCollector } from '../../fakes/collector/collector.js';
import { repository, trigger } from '../../web/runs.js';

let collector: Collector;
let exporter: TraceExporter;
const counted: string[] = [];
const warnings: object[] = [];

const SECRET = 'a-key-of-the-operator';
const patient = { backoffMs: 1, patienceMs: 60_000 };

function open(more: { patienceMs?: number; mostWaiting?: number; timeoutMs?: number; url?: string } = {}) {
  const { timeoutMs = 5000, url = `${collector.url}/v1/traces`, ...limits } = more;
  exporter = otlpTraces({
    endpoint: { url, headers: { 'x-key': SECRET }, timeoutMs, gzip: false },
    identity: {
      install: 'abc123',
      version: '1.2.3',
      resource: { 'service.name': 'cyclone' },
      runUrl: (run) => `https://cyclone.example/runs/${run}`,
      stageUrl: (run, stage) => `https://cyclone.example/runs/${run}/stages/${stage}`,
    },
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (fields) => void warnings.push(fields),
      error: () => undefined,
    },
    counts: {
      sent: (spans) => void counted.push(`sent ${spans}`),
      dropped: (spans, why) => void counted.push(`dropped ${spans}: ${why}`),
    },
    ...patient,
    ...limits,
  });
  return exporter;
}

function trace(id: number): RunTrace {
  return {
    run: { id, repository, trigger },
    conclusion: 'success',
    reason: '1 passed',
    parts: [
      { key: 'run 5', at: 5, until: 25, what: { kind: 'run' } },
      {
        key: 'job a',
        parent: 'run 5',
        at: 5,
        until: 20,
        what: { kind: 'phase', span: { name: 'pull', at: 5, ms: 15, detail: 'alpine:3' } },
      },
    ],
  };
}

beforeEach(async () => {
  collector = await startCollector();
  counted.length = 0;
  warnings.length = 0;
});
afterEach(async () => {
  await exporter.close(0);
  await collector.close();
  expect(collector.complaints).toEqual([]);
});

describe('what is sent', () => {
  test('is a run with what lies in it, in the protocol’s own form', async () => {
    await open().send(trace(7));
    const [run, pull] = collector.spans;
    expect(collector.spans).toHaveLength(2);
    expect(run).toMatchObject({ name: 'RUN acme/hello', kind: 2, begin: 5_000_000n, end: 25_000_000n });
    expect(run?.parent).toBeUndefined();
    expect(pull).toMatchObject({
      traceId: run?.traceId,
      parent: run?.id,
      name: 'pull',
      attributes: { 'cyclone.phase': 'pull', 'container.image.name': 'alpine:3' },
    });
    expect(run?.resource).toMatchObject({
      'service.name': 'cyclone',
      'cicd.pipeline.run.id': '7',
      'vcs.ref.head.revision': trigger.sha,
    });
    expect(collector.requests[0]?.headers['x-key']).toBe(SECRET);
    expect(counted).toEqual(['sent 2']);
  });

  test('has the same ids whenever it is sent, and others than another run', async () => {
    const first = open();
    await first.send(trace(7));
    await first.send(trace(8));
    await first.close(0);
    await open().send(trace(7));
    const ids = collector.spans.map(({ traceId, id }) => `${traceId} ${id}`);
    expect(ids.slice(4)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(4);
  });

  test('waits together while a request is on its way', async () => {
    open();
    await Promise.all([1, 2, 3, 4].map((run) => exporter.send(trace(run))));
    expect(collector.requests).toHaveLength(2);
    expect(collector.spans).toHaveLength(8);
  });

  test('goes on after a pause, without anybody who wakes it', async () => {
    open();
    for (const run of [1, 2, 3]) await exporter.send(trace(run));
    expect(collector.spans).toHaveLength(6);
  });
});

describe('a collector that does not take it', () => {
  test.each([{ status: 429 }, { status: 502 }, { status: 503 }, { status: 504 }, 'hang up'] as const)(
    'now (%j) is asked again',
    async (trouble) => {
      collector.troubles.push(trouble, trouble);
      await open().send(trace(7));
      expect(collector.requests).toHaveLength(3);
      expect(counted).toEqual(['sent 2']);
      expect(warnings).toEqual([]);
    },
  );

  test('says itself when to come back, in seconds or as a date', async () => {
    const past = 'Thu, 01 Jan 2026 00:00:00 GMT';
    collector.troubles.push({ status: 503, headers: { 'retry-after': past } });
    collector.troubles.push({ status: 429, headers: { 'retry-after': '3600' } });
    // An hour is longer than it is waited for: that it was read is known by its being given up at once.
    await open({ patienceMs: 60_000 }).send(trace(7));
    expect(collector.requests).toHaveLength(2);
    expect(counted).toEqual(['dropped 2: unavailable']);
  });

  test('never answers, or never will: what was to be sent is given up, counted and said once', async () => {
    collector.troubles.push('no answer', 'no answer');
    open({ timeoutMs: 50, patienceMs: 0 });
    await exporter.send(trace(7));
    await exporter.send(trace(8));
    expect(counted).toEqual(['dropped 2: unavailable', 'dropped 2: unavailable']);
    expect(warnings).toEqual([{ why: 'it did not answer in time', spans: 2 }]);
  });

  test('refuses for good: it is not asked again, nor followed elsewhere', async () => {
    const elsewhere = { location: `${collector.url}/v1/traces` };
    collector.troubles.push({ status: 401 }, { status: 307, headers: elsewhere });
    open();
    await exporter.send(trace(7));
    await exporter.send(trace(8));
    expect(collector.requests).toHaveLength(2);
    expect(counted).toEqual(['dropped 2: refused', 'dropped 2: refused']);
    expect(JSON.stringify(warnings)).not.toContain(SECRET);
  });

  test('takes a part: the rest is counted', async () => {
    collector.troubles.push({ rejected: 1 });
    await open().send(trace(7));
    expect(counted).toEqual(['sent 1', 'dropped 1: refused']);
  });

  test('is not there: its address, which may hold a key, is not said', async () => {
    const gone = await startCollector();
    await gone.close();
    await open({ url: `${gone.url}/${SECRET}`, patienceMs: 0 }).send(trace(7));
    expect(warnings).toEqual([{ why: 'it cannot be reached: ECONNREFUSED', spans: 2 }]);
  });
});

describe('what waits', () => {
  test('is bounded: more is dropped at once, and nobody waits for it', async () => {
    collector.troubles.push('no answer');
    open({ mostWaiting: 4 });
    const kept = [exporter.send(trace(1)), exporter.send(trace(2))];
    await exporter.send(trace(3));
    expect(counted).toEqual(['dropped 2: full']);
    const stopped = Promise.allSettled(kept);
    await exporter.close(0);
    expect((await stopped).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(exporter.send(trace(4))).rejects.toThrow('not sent any more');
  });

  test('goes before the end, where there is time', async () => {
    open();
    const sent = exporter.send(trace(1));
    await exporter.close(5000);
    await sent;
    expect(collector.spans).toHaveLength(2);
  });
});
