import Bottleneck from 'bottleneck';
import type { Logger } from '../../runs/ports.js';

/** No request may take longer, its answer included. A lost answer is found out about by then. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Between two writes of one installation. Octokit's own is a second, shared by all installations. */
const WRITE_SPACING_MS = 50;

/** One per app: the pace of an installation is kept over all clients made for it. */
export function createWritePace(): Bottleneck.Group {
  return new Bottleneck.Group({ maxConcurrent: 1, minTime: WRITE_SPACING_MS });
}

/** Options that keep Octokit from trying again by itself: it cannot know whether a write was done. */
export function pacedOptions(pace: Bottleneck.Group, installation: number | undefined) {
  return {
    retry: { enabled: false },
    throttle: {
      id: installation === undefined ? 'app' : String(installation),
      write: pace,
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
  };
}

export function timedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  return fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
}

/** Octokit's words to our log: its messages vary, ours are static. */
export function octokitLog(logger: Logger) {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (detail: unknown) => logger.warn({ detail: String(detail) }, 'Octokit warns'),
    error: (detail: unknown) => logger.error({ detail: String(detail) }, 'Octokit reports an error'),
  };
}
