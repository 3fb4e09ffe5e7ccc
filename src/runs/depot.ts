import type { StageFacts, StageId } from '../pipeline/model.js';
import { cacheScopes, resultDomain, resultDomains } from '../pipeline/sharing.js';
import type {
  BlobStore,
  CacheEntry,
  Clock,
  DepotIndex,
  ReportedEvents,
  RunRecord,
  RunStore,
} from './ports.js';

/** As long as GitHub's keys of caches; an index of PostgreSQL takes about 2,700 bytes. */
const LONGEST_KEY = 512;

/**
 * Makes known to later runs what ended stages left in the depot: of those given, the ones that are completed.
 * Again, it changes nothing.
 */
export type Remember = (run: RunRecord, stages: readonly StageId[]) => Promise<void>;

export function createRemember({ index }: { readonly index: DepotIndex }): Remember {
  return async (run, stages) => {
    const repository = run.repository.id;
    for (const id of stages) {
      const state = run.progress.stages.find((stage) => stage.id === id)?.state;
      if (state?.status !== 'completed') continue;
      const { facts, outcome, completedAt: at } = state;
      for (const cache of facts.caches ?? []) {
        if (isKey(cache.key)) {
          await index.addCache({ ...cache, repository, scope: cacheScopes(run).own, run: run.id, at });
        }
      }
      // What was reused stays known by the run that made it.
      if (outcome.kind === 'passed' && facts.address !== undefined && facts.reusedFrom === undefined) {
        const { address } = facts;
        const domain = resultDomain(run, id);
        await index.addResult({ repository, domain, address, run: run.id, stage: id, at });
      }
    }
  };
}

export interface WantedCache {
  readonly key: string;
  /** Beginnings of keys that would do, the best first. */
  readonly restoreKeys: readonly string[];
}

/** What a run may find of other runs, and of its own earlier stages. */
export interface Finds {
  cache(run: number, wanted: WantedCache): Promise<CacheEntry | undefined>;
  result(run: number, address: string): Promise<FoundResult | undefined>;
}

export interface FoundResult {
  readonly run: number;
  readonly stage: StageId;
  readonly facts: StageFacts;
}

export interface FindsDeps {
  readonly store: RunStore;
  readonly index: DepotIndex;
  readonly blobs: BlobStore;
  readonly reported: ReportedEvents;
  readonly clock: Clock;
}

/** What has lost its blob is not found, and forgotten. */
export function createFinds({ store, index, blobs, reported, clock }: FindsDeps): Finds {
  /** A stage may ask for what the one before it reported a moment ago. */
  const load = async (run: number): Promise<RunRecord | undefined> => {
    await reported.settled();
    return store.load(run);
  };

  const firstThere = async (look: () => Promise<CacheEntry | undefined>): Promise<CacheEntry | undefined> => {
    for (;;) {
      const entry = await look();
      if (entry === undefined) return undefined;
      if (await blobs.touch(entry)) {
        await index.useCache(entry, clock.now());
        return entry;
      }
      await index.removeCache(entry);
    }
  };

  const resultOf = async (run: number, stage: StageId, address: string): Promise<FoundResult | undefined> => {
    const record = await store.load(run);
    const state = record?.progress.stages.find(({ id }) => id === stage)?.state;
    if (state?.status !== 'completed' || state.outcome.kind !== 'passed') return undefined;
    const { facts } = state;
    if (facts.address !== address) return undefined;
    for (const files of [facts.result, facts.artifacts]) {
      if (files !== undefined && !(await blobs.touch(files))) return undefined;
    }
    return { run, stage, facts };
  };

  return {
    async cache(run, { key, restoreKeys }) {
      const record = await load(run);
      if (record === undefined) return undefined;
      const { id: repository } = record.repository;
      const { readable } = cacheScopes(record);
      for (const scope of readable) {
        const exact = await firstThere(() => index.cache(repository, scope, key));
        if (exact !== undefined) return exact;
      }
      for (const prefix of restoreKeys) {
        const close = await firstThere(() => index.newestCache(repository, readable, prefix));
        if (close !== undefined) return close;
      }
      return undefined;
    },
    async result(run, address) {
      const record = await load(run);
      if (record === undefined || isRunAgain(record)) return undefined;
      for (const domain of resultDomains(record)) {
        const entry = await index.result(record.repository.id, domain, address);
        const found = entry && (await resultOf(entry.run, entry.stage, address));
        if (entry !== undefined && found === undefined) await index.removeResult(entry);
        if (entry === undefined || found === undefined) continue;
        await index.useResult(entry, clock.now());
        return found;
      }
      return undefined;
    },
  };
}

/** Whoever wants a stage to run again does not want to hear how it went before. */
function isRunAgain({ progress }: RunRecord): boolean {
  return progress.stages.some(({ again, state }) => again !== undefined && state.status !== 'completed');
}

/** PostgreSQL takes no NUL in a text: one such key would hold up all that workers report. */
function isKey(key: string): boolean {
  return key.length <= LONGEST_KEY && !key.includes('\0');
}
