import { z } from 'zod';

/**
 * The JSON of an ExportTraceServiceRequest, by the messages of opentelemetry-proto (trace/v1, common/v1, resource/v1) and
 * the mapping that OTLP prescribes: names in lower camel case, ids in hex, 64-bit numbers as decimal text, enums as numbers,
 * and no name that the messages do not have. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
const uint64 = z
  .string()
  .regex(/^(0|[1-9]\d{0,19})$/)
  .refine((text) => BigInt(text) < 2n ** 64n);
const int64 = z
  .string()
  .regex(/^(0|-?[1-9]\d{0,18})$/)
  .refine((text) => BigInt.asIntN(64, BigInt(text)) === BigInt(text));
const uint32 = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const traceId = z.string().regex(/^(?!0{32})[0-9a-f]{32}$/);
const spanId = z.string().regex(/^(?!0{16})[0-9a-f]{16}$/);

const keyValue = z.strictObject({
  key: z.string().min(1),
  // One of: what we say has no lists and no maps.
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: int64 }),
    z.strictObject({ boolValue: z.boolean() }),
    z.strictObject({ doubleValue: z.number() }),
  ]),
});
/** The keys of a list must be unique. */
const attributes = z
  .array(keyValue)
  .refine((list) => new Set(list.map(({ key }) => key)).size === list.length, 'a key comes twice');

const span = z
  .strictObject({
    traceId,
    spanId,
    traceState: z.string().optional(),
    parentSpanId: spanId.optional(),
    flags: uint32.optional(),
    name: z.string().min(1),
    kind: z.int().min(1).max(5),
    startTimeUnixNano: uint64,
    endTimeUnixNano: uint64,
    attributes: attributes.optional(),
    droppedAttributesCount: uint32.optional(),
    status: z
      .strictObject({ message: z.string().optional(), code: z.int().min(0).max(2).optional() })
      .optional(),
  })
  .refine((one) => BigInt(one.endTimeUnixNano) >= BigInt(one.startTimeUnixNano), 'it ends before it begins');

export const exportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes, droppedAttributesCount: uint32.optional() }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({
            name: z.string(),
            version: z.string().optional(),
            attributes: attributes.optional(),
          }),
          spans: z.array(span),
          schemaUrl: z.string().optional(),
        }),
      ),
      schemaUrl: z.string().optional(),
    }),
  ),
});

export type ExportRequest = z.infer<typeof exportRequest>;
