import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { PlannedStage } from '../../../src/pipeline/model.js';
import { createPool } from '../../../src/worker/pool/create-pool.js';
import type { Lease } from '../../../src/worker/ports.js';
import { BUILD, createWorld, leaseOf, planned, script, until } from '../world.js';

const NAMES = Array.from({ length: 12 }, (_, index) => `s${index}`);
const CHAIN = NAMES.map((id) => planned(id, script(`echo ${id}`)));

/** Of the workspaces: a slot is moved there. */
const world = createWorld();
const directory = path.join(mkdtempSync(path.join(tmpdir(), 'cyclone-pool-')), 'pool');
const open = () =>
  createPool({
    ...world.deps,
    strays: world.strays,
    directory,
    size: 1,
    mostOfOne: 1,
    hasRoom: async () => true,
  });
let pool = open();
let run = 0;

afterEach(async () => {
  await pool.close();
  const { containers, waits, networks } = world.engine;
  expect([containers.size, waits.size, networks.size]).toEqual([0, 0, 0]);
  expect(world.warnings).toEqual([]);
  pool = open();
});

/** @returns the stages whose containers were made for the job */
async function made(stages: readonly PlannedStage[], over: Partial<Lease> = {}): Promise<readonly string[]> {
  const { journal } = world.engine;
  const from = journal.length;
  expect(await world.execute(leaseOf(stages, { run: (run += 1), ...over }), { pool })).toBe('ended');
  for (const { id } of stages) expect(world.story.outcomes.get(id)).toEqual({ kind: 'passed' });
  return journal.slice(from).flatMap((event) => /^create (s\d+)$/.exec(event)?.[1] ?? []);
}

async function armed(stages: readonly PlannedStage[] = CHAIN): Promise<void> {
  for (let times = 0; times < 2; times += 1) expect(await made(stages)).toHaveLength(stages.length);
  pool.refill();
  await until(() => pool.state().armed === 1);
}

test('stages of a job that comes often find their containers, ten of them at most', async () => {
  await armed();
  expect(world.engine.containers.size).toBe(10);
  expect(await made(CHAIN)).toEqual(['s10', 's11']);
  expect(pool.state()).toMatchObject({ hits: 1, misses: 2 });
});

test('a stage that has changed, and what is behind it, is another job’s', async () => {
  await armed(CHAIN.slice(0, 3));
  const limited = planned('s1', script('echo s1'), { options: { resources: { memory: 64 * 1024 ** 2 } } });
  expect(await made([...CHAIN.slice(0, 1), limited, ...CHAIN.slice(2, 3)])).toEqual(['s0', 's1', 's2']);
  expect(pool.state().armed).toBe(1);
});

test('what a run of another trust asks for is made for it', async () => {
  await armed(CHAIN.slice(0, 3));
  expect(await made(CHAIN.slice(0, 3), { trusted: true })).toHaveLength(3);
});

test('stages that cannot be armed stand between those that are', async () => {
  const stages = [...CHAIN.slice(0, 1), planned('build', BUILD), ...CHAIN.slice(1, 3)];
  for (let times = 0; times < 2; times += 1) expect(await made(stages)).toHaveLength(3);
  pool.refill();
  await until(() => pool.state().armed === 1);
  expect(await made(stages)).toEqual([]);
});
