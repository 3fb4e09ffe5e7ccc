import type { Health, HealthReport } from '../web/ports.js';

const PROBE_TIMEOUT_MS = 2000;

/** Asks every part at once; one that does not answer in 2 s is not ready. */
export function createHealth(parts: Readonly<Record<string, () => Promise<unknown>>>): Health {
  return {
    async check() {
      const entries = await Promise.all(
        Object.entries(parts).map(async ([name, probe]) => [name, await tryPart(probe)] as const),
      );
      return { ok: entries.every(([, part]) => part.ok), parts: Object.fromEntries(entries) };
    },
  };
}

async function tryPart(probe: () => Promise<unknown>): Promise<HealthReport['parts'][string]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in 2 s')), PROBE_TIMEOUT_MS);
  });
  try {
    await Promise.race([probe(), late]);
    return { ok: true };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
