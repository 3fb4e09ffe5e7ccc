import type { LogSegment } from '../../logs/ports.js';
import type { WorkerEvent } from '../../pipeline/model.js';

/** What a worker reported. */
export type Reported =
  | { readonly kind: 'event'; readonly event: WorkerEvent }
  | { readonly kind: 'log'; readonly job: string; readonly segment: LogSegment };

/** One entry of the stream. */
export interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly meta: string;
  readonly bytes: Buffer;
}

export type RawEntry = [id: Buffer, fields: [kind: Buffer, meta: Buffer, name: Buffer, bytes: Buffer] | null];

export function entryOf([id, fields]: RawEntry): Entry {
  return {
    id: id.toString(),
    // A deleted entry that was never acknowledged comes back without fields.
    kind: fields?.[0].toString() ?? 'deleted',
    meta: fields?.[1].toString() ?? '',
    bytes: fields?.[3] ?? Buffer.alloc(0),
  };
}

type LogMeta = LogSegment['key'] & Omit<LogSegment, 'key' | 'bytes'> & { readonly job: string };

/** Undefined: of a kind that nobody here knows. @throws SyntaxError */
export function reportedBy({ kind, meta, bytes }: Entry): Reported | undefined {
  if (kind === 'event') return { kind, event: JSON.parse(meta) as WorkerEvent };
  if (kind !== 'log') return undefined;
  const { run, job, stage, service, fence, offset, stamps, marks } = JSON.parse(meta) as LogMeta;
  const segment: LogSegment = {
    key: { run, stage, fence, ...(service !== undefined && { service }) },
    offset,
    bytes,
    ...(stamps && { stamps }),
    ...(marks && { marks }),
  };
  return { kind, job, segment };
}

/** Whose report it is: one owner of one job. */
export function ownerOf(reported: Reported): {
  readonly run: number;
  readonly job: string;
  readonly fence: number;
} {
  if (reported.kind === 'event') {
    const { run, job, fence } = reported.event;
    return { run, job, fence };
  }
  const { run, fence } = reported.segment.key;
  return { run, job: reported.job, fence };
}

/** Whether stream id `a` is later than `b`. */
export function isAfter(a: string, b: string): boolean {
  const [aTime = 0, aSeq = 0] = a.split('-').map(Number);
  const [bTime = 0, bSeq = 0] = b.split('-').map(Number);
  return aTime === bTime ? aSeq > bSeq : aTime > bTime;
}
