import { resolve, type Schema, type SchemaDocument } from './document.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

/** One operation of GitHub's REST description. */
export interface Operation {
  /** Such as `checks/create`. */
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly Parameter[];
  /** Of a JSON body. */
  readonly body: Schema | undefined;
  /** By status; the schema of a JSON answer, or `undefined` when it has no JSON. */
  readonly responses: ReadonlyMap<number, Schema | undefined>;
}

export interface MatchedOperation {
  readonly operation: Operation;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function readOperations(document: SchemaDocument): readonly Operation[] {
  const paths = document.root['paths'] as Record<string, Record<string, Schema>>;
  return Object.entries(paths).flatMap(([template, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation === undefined ? [] : [readOperation(document, template, method, operation)];
    }),
  );
}

function readOperation(document: SchemaDocument, template: string, method: string, raw: Schema): Operation {
  const parameters = (raw['parameters'] ?? []) as Schema[];
  const responses = (raw['responses'] ?? {}) as Record<string, Schema>;
  return {
    id: raw['operationId'] as string,
    method: method.toUpperCase(),
    template,
    parameters: parameters
      .map((parameter) => resolve(document, parameter))
      .map((parameter) => ({
        name: parameter['name'] as string,
        in: parameter['in'] as Parameter['in'],
        required: parameter['required'] === true,
        schema: parameter['schema'] as Schema,
      })),
    body:
      raw['requestBody'] === undefined ? undefined : jsonOf(resolve(document, raw['requestBody'] as Schema)),
    responses: new Map(
      Object.entries(responses).map(([status, response]) => [
        Number(status),
        jsonOf(resolve(document, response)),
      ]),
    ),
  };
}

function jsonOf(message: Schema): Schema | undefined {
  const content = message['content'] as Record<string, { schema?: Schema }> | undefined;
  return content?.['application/json']?.schema;
}

/** Finds the operation for a raw (still encoded) path: the template with the most fixed segments wins. */
export function createMatcher(
  operations: readonly Operation[],
): (method: string, path: string) => MatchedOperation | undefined {
  const compiled = operations
    .map((operation) => ({ operation, ...compile(operation), fixed: fixedSegments(operation.template) }))
    .sort((a, b) => b.fixed - a.fixed);
  return (method, path) => {
    for (const { operation, pattern, names } of compiled) {
      if (operation.method !== method) continue;
      const found = pattern.exec(path);
      if (found === null) continue;
      const values = names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]);
      return { operation, parameters: Object.fromEntries(values) as Record<string, string> };
    }
    return undefined;
  };
}

const fixedSegments = (template: string): number =>
  template.split('/').filter((segment) => !segment.includes('{')).length;

// Refs and paths hold slashes, and clients send them both ways: `heads/main` and `heads%2Fmain`.
const MANY_SEGMENTS = new Set(['path', 'ref', 'branch', 'basehead']);

function compile({ template }: Operation): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = template.split(/(\{[^}]+\})/).map((part, index, parts) => {
    if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const name = part.slice(1, -1);
    names.push(name);
    if (!MANY_SEGMENTS.has(name)) return '([^/]+)';
    // At the end it may be empty: `contents/` is the root directory.
    return index === parts.length - 2 && parts.at(-1) === '' ? '(.*)' : '(.+)';
  });
  return { pattern: new RegExp(`^${source.join('')}$`), names };
}
