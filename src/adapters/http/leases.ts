import type { Lease, LeaseSource } from '../../worker/ports.js';

const TIMEOUT_MS = 30_000;

/** Leases from a server on another machine. Rejects when it cannot be asked: the job stays queued. */
export function httpLeases(serverUrl: string, secret: string): LeaseSource {
  const ask = async (run: number, job: string, what: string, body: unknown): Promise<unknown> => {
    const url = `${serverUrl}/internal/jobs/${String(run)}/${encodeURIComponent(job)}/${what}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 204) {
      return undefined;
    }
    if (!response.ok) {
      throw new Error(`the server answered ${String(response.status)} to a request for a job's ${what}`);
    }
    return await response.json();
  };
  return {
    lease: async (run, job, worker) => (await ask(run, job, 'lease', { worker })) as Lease | undefined,
    async renewToken(run, job, fence, refused) {
      const answer = await ask(run, job, 'token', { fence, refused });
      return (answer as { readonly token: string } | undefined)?.token;
    },
  };
}
