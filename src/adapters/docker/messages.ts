import { reachStream } from './errors.js';

/** One line of what the engine tells while it pulls, pushes or builds. */
export interface EngineMessage {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: { readonly ID?: string; readonly Digest?: string };
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

/** The objects of a stream of JSON lines, as they come. @throws EngineUnavailable when the connection breaks */
export async function* messages<T = EngineMessage>(
  stream: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of reachStream(stream, signal)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as T;
}

/** Why it failed, when it did: failures come inside a stream that began well. */
export function failureIn(message: EngineMessage): string | undefined {
  return message.errorDetail?.message ?? message.error;
}

/** Layers report their bytes many times a second; a line for a person is worth printing this often. */
const PROGRESS_EVERY_MS = 5_000;

/** Makes lines for a log out of the messages of a pull or push; undefined where there is nothing new to say. */
export function progressLines(now: () => number): (message: EngineMessage) => string | undefined {
  let last = now();
  const layers = new Map<string, { current: number; total: number }>();
  return ({ status, id, progressDetail }) => {
    if (status === undefined) return undefined;
    const { current, total } = progressDetail ?? {};
    if (current === undefined) {
      const waiting =
        progressDetail !== undefined &&
        total === undefined &&
        /^(Pulling fs layer|Waiting|Preparing)$/.test(status);
      if (waiting) return undefined;
      return id === undefined ? status : `${id}: ${status}`;
    }
    layers.set(`${status} ${id}`, { current, total: Math.max(total ?? 0, current) });
    if (now() - last < PROGRESS_EVERY_MS) return undefined;
    last = now();
    const same = [...layers].filter(([key]) => key.startsWith(`${status} `)).map(([, layer]) => layer);
    const sum = (part: 'current' | 'total'): string =>
      (same.reduce((bytes, layer) => bytes + layer[part], 0) / 1e6).toFixed(1);
    return `${status}: ${sum('current')} of ${sum('total')} MB`;
  };
}
