/**
 * OTLP's JSON: Protocol Buffers' JSON mapping, with ids in hex and 64-bit numbers as text.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export interface ExportTraceServiceRequest {
  readonly resourceSpans: readonly ResourceSpans[];
}

export interface ResourceSpans {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeSpans: readonly {
    readonly scope: { readonly name: string; readonly version: string };
    readonly spans: readonly OtlpSpan[];
  }[];
}

export interface OtlpSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: (typeof KIND)[keyof typeof KIND];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code?: typeof STATUS_ERROR; readonly message?: string };
}

export const KIND = { internal: 1, server: 2 } as const;
export const STATUS_ERROR = 2;

interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string };
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Without those that are not known. Numbers are whole. */
export function keyValues(attributes: Attributes): readonly KeyValue[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [{ key, value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) } }],
  );
}

/** Nanoseconds do not fit into a number. */
export function nanos(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`;
}
