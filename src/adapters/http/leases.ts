import type { Lease, LeaseSource } from '../../worker/ports.js';

const TIMEOUT_MS = 30_000;

/** Leases from a server on another machine. Rejects when it cannot be asked: the job stays queued. */
export function httpLeases(serverUrl: string, secret: string): LeaseSource {
  return {
    async lease(run, job, worker) {
      const url = `${serverUrl}/internal/jobs/${String(run)}/${encodeURIComponent(job)}/lease`;
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ worker }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === 204) {
        return undefined;
      }
      if (!response.ok) {
        throw new Error(`the server answered ${String(response.status)} to a request for a job's lease`);
      }
      return (await response.json()) as Lease;
    },
  };
}
