import { bytes } from '../pipeline/measures.js';
import type { CacheSpec } from '../pipeline/model.js';
import { type CacheFiles, cacheFiles, layOutCache, packCache } from './cache-files.js';
import { fillKey, hasChecksum } from './cache-key.js';
import { stageEnvironment } from './environment.js';
import type { FoundCache } from './ports.js';
import { type StageContext, timed } from './stage-context.js';

/** Lays out the caches of a stage. A stage can do without them: what goes wrong is noted. */
export async function restoreCaches(context: StageContext): Promise<void> {
  for (const spec of context.stage.options?.cache ?? []) {
    await noted(context, 'restored', spec, async (key) => {
      // A stage of this job before it, or an earlier try, left it there.
      if (context.stand.caches.has(idOf(spec, key))) return;
      await timed(context, 'cache', restore(context, spec, key));
    });
  }
}

/** Stores the caches of a stage that passed, where their files are others than before it. */
export async function storeCaches(context: StageContext): Promise<void> {
  for (const spec of context.stage.options?.cache ?? []) {
    await noted(context, 'stored', spec, (key) => timed(context, 'cache', store(context, spec, key)));
  }
}

async function restore(context: StageContext, spec: CacheSpec, key: string): Promise<void> {
  const { job, stand, facts } = context;
  const { depot } = job.deps;
  const { signal } = job.halt;
  const restoreKeys = await Promise.all(spec.restoreKeys.map((one) => fill(context, one)));
  let stored: FoundCache | undefined;
  try {
    const found = await depot.findCache(job.lease.run, { key, restoreKeys }, signal);
    const content = found && (await depot.get(found.digest, signal));
    if (found === undefined || content === undefined) {
      facts.note(`cache ${key} not found`);
      return;
    }
    await layOutCache(stand.workspace, spec.paths, content);
    stored = found;
    const from = found.key === key ? '' : `, from key ${found.key}`;
    facts.note(`cache ${key} restored (${bytes(found.bytes)}${from})`);
  } finally {
    const { print } = await cacheFiles(stand.workspace, spec.paths);
    stand.caches.set(idOf(spec, key), { stored, print });
  }
}

async function store(context: StageContext, spec: CacheSpec, key: string): Promise<void> {
  const { job, stand, facts } = context;
  const id = idOf(spec, key);
  const known = stand.caches.get(id);
  // What a checksum names is stored once.
  if (known?.stored?.key === key && hasChecksum(spec.key)) return;
  const files = await cacheFiles(stand.workspace, spec.paths);
  const before = files.print === known?.print ? known.stored : undefined;
  if (before?.key === key) return;
  if (files.count === 0) {
    facts.note(`cache ${key} not stored: nothing of its paths is there`);
    return;
  }
  const blob = before ?? (await job.deps.depot.put(packCache(files), job.halt.signal));
  remember(context, id, { key, digest: blob.digest, bytes: blob.bytes }, files);
  facts.note(`cache ${key} stored (${bytes(blob.bytes)})`);
}

function remember({ stand, facts }: StageContext, id: string, cache: FoundCache, files: CacheFiles): void {
  stand.caches.set(id, { stored: cache, print: files.print });
  facts.set({ caches: [...(facts.known.caches ?? []), cache] });
}

async function noted(
  context: StageContext,
  done: 'restored' | 'stored',
  spec: CacheSpec,
  work: (key: string) => Promise<void>,
): Promise<void> {
  let key = spec.key;
  try {
    key = await fill(context, spec.key);
    await work(key);
  } catch (error) {
    context.job.halt.signal.throwIfAborted();
    const words = error instanceof Error ? error.message : String(error);
    context.facts.note(`cache ${key} was not ${done}: ${words}`);
  }
}

async function fill({ job, stage, stand, facts }: StageContext, template: string): Promise<string> {
  const own = stageEnvironment(job.lease, stage.id, []).map((entry): [string, string] => {
    const equals = entry.indexOf('=');
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return await fillKey(template, {
    variables: { ...Object.fromEntries(own), ...stage.cell },
    tree: () => stand.code.tree(),
    unmatched: (glob) => facts.note(`cache ${template}: no file of the commit is ${glob}`),
  });
}

function idOf({ paths }: CacheSpec, key: string): string {
  return JSON.stringify([key, paths]);
}
