import { readFileSync } from 'node:fs';
import { nearest } from '../nearest.js';

export type Schema = Readonly<Record<string, unknown>>;

/** One of GitHub's published descriptions, in plain JSON Schema, its references made absolute. */
export interface SchemaDocument {
  readonly id: string;
  readonly root: Schema;
}

export function readDocument(id: string): SchemaDocument {
  const text = readFileSync(nearest(`test/fixtures/github/${id}-subset.json`), 'utf8');
  return { id, root: toJsonSchema(JSON.parse(text), id) as Schema };
}

/**
 * OpenAPI 3.0 says `nullable` where JSON Schema has a union with null; beside an enum, null must also be
 * one of its values. A keyword of that name inside `properties` is a field and not touched: only a boolean
 * is the keyword.
 */
function toJsonSchema(value: unknown, id: string): unknown {
  if (Array.isArray(value)) return value.map((item) => toJsonSchema(item, id));
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => {
      if (key === '$ref' && typeof item === 'string') return [key, `${id}${item}`];
      // The events that an App may listen to: some copies of the list are older than merge_group.
      if (key === 'events') return [key, { type: 'array', items: { type: 'string' } }];
      const schema = toJsonSchema(item, id) as Schema;
      // Of a pull request whose fork is gone GitHub says null, which its description does not know.
      return [key, key === 'repo' && isObject(schema) ? { anyOf: [schema, { type: 'null' }] } : schema];
    }),
  );
  if (schema['nullable'] !== true) return schema;
  const { nullable: _, ...rest } = schema;
  if (rest['type'] === undefined) return { anyOf: [{ type: 'null' }, rest] };
  return {
    ...rest,
    type: [rest['type'], 'null'].flat(),
    ...(Array.isArray(rest['enum']) ? { enum: [...new Set([...rest['enum'], null])] } : {}),
  };
}

const isObject = (schema: Schema): boolean => '$ref' in schema || schema['type'] === 'object';

/** Follows a reference within its document, as {@link readDocument} wrote it. */
export function resolve(document: SchemaDocument, schema: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  let node: unknown = document.root;
  for (const step of reference.slice(`${document.id}#/`.length).split('/'))
    node = (node as Record<string, unknown> | undefined)?.[step];
  if (typeof node !== 'object' || node === null) throw new Error(`dangling reference: ${reference}`);
  return resolve(document, node as Schema);
}
