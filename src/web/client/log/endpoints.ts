import type { ErrorsJson, LinesJson, OutlineJson } from '../../log-protocol.js';

/** What the server answers about one log. All reject when it cannot. */
export interface Endpoints {
  /** The log as text. */
  readonly raw: string;
  readonly events: (from: number) => string;
  readonly search: (query: string, isCaseSensitive: boolean) => string;
  readonly outline: () => Promise<OutlineJson>;
  readonly errors: () => Promise<ErrorsJson>;
  readonly lines: (from: number, count: number, signal: AbortSignal) => Promise<LinesJson>;
}

/** @param log address of the log as text, absolute; what it holds behind `?` is the right to see it */
export function endpointsOf(log: string, service: string | undefined): Endpoints {
  const address = (part: string, more: Readonly<Record<string, string>> = {}): string => {
    const url = new URL(log);
    url.pathname += part;
    if (service !== undefined) url.searchParams.set('service', service);
    for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
    return url.href;
  };
  return {
    raw: address(''),
    events: (from) => address('/events', { from: String(from) }),
    search: (query, isCaseSensitive) =>
      address('/search', { q: query, ...(isCaseSensitive ? { case: '1' } : {}) }),
    outline: () => json<OutlineJson>(address('/outline')),
    errors: () => json<ErrorsJson>(address('/errors')),
    lines: (from, count, signal) =>
      json<LinesJson>(address('/lines', { from: String(from), count: String(count) }), signal),
  };
}

/** What we asked of our own server is of the type that the protocol says. */
async function json<T>(address: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(address, signal ? { signal } : {});
  if (!answer.ok) throw new Error(`${answer.status} for ${new URL(address).pathname}`);
  return (await answer.json()) as T;
}
