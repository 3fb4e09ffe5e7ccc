import type { Ajv2020 as Validator } from 'ajv/dist/2020.js';
import ajv2020 from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** As much of OpenAPI as we write. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Contents };
  readonly responses: Readonly<Record<string, { readonly content?: Contents }>>;
}

type Contents = Readonly<Record<string, { readonly schema?: object; readonly example?: unknown }>>;

/** What came back, and for what. */
export interface Exchange {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

const { Ajv2020 } = ajv2020 as unknown as { Ajv2020: typeof Validator };
const addFormats = formats as unknown as (ajv: Validator) => void;

/** Says what of an answer is not as the description has it; nothing: all is. */
export function createJudge(description: Description): {
  faults(exchange: Exchange): readonly string[];
  valid(schema: object, value: unknown): readonly string[];
} {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'api', components: description.components });
  const valid = (schema: object, value: unknown): readonly string[] => {
    const absolute = JSON.parse(
      JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'),
    ) as object;
    const check = ajv.compile(absolute);
    return check(value)
      ? []
      : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  };
  return {
    valid,
    faults({ method, path, status, type, body }) {
      const operation = operationOf(description, method, path);
      // What is not there, or not so, is answered in the one shape of problems.
      const described = operation?.responses[String(status)];
      const problem = { $ref: '#/components/schemas/Problem' };
      if (operation === undefined) {
        if (!path.startsWith('/api')) return [];
        return status === 404 || status === 405
          ? valid(problem, JSON.parse(body))
          : [`${method} ${path} is not described, and answered ${status}`];
      }
      if (described === undefined) return [`${operation.operationId} does not describe ${status}`];
      const content = Object.entries(described.content ?? {});
      if (content.length === 0) return [];
      const [, media] = content.find(([name]) => bare(name) === bare(type ?? '')) ?? [];
      if (media === undefined) return [`${operation.operationId} ${status} is not ${type ?? 'without type'}`];
      if (media.schema === undefined || body === '') return [];
      const texts = bare(type ?? '') === 'application/x-ndjson' ? body.trim().split('\n') : [body];
      return texts.flatMap((text) => valid(media.schema ?? {}, JSON.parse(text)));
    },
  };
}

function bare(type: string): string {
  return type.split(';', 1)[0]?.toLowerCase() ?? '';
}

function operationOf({ paths }: Description, method: string, path: string): DescribedOperation | undefined {
  const [bare = ''] = path.split('?', 1);
  const found = Object.entries(paths)
    .filter(([pattern]) =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
    )
    // `/api/runs/{run}` and `/api/…/rerun` may both fit: the one with fewer holes is meant.
    .toSorted(([a], [b]) => a.split('{').length - b.split('{').length);
  return found[0]?.[1][method === 'HEAD' ? 'get' : method.toLowerCase()];
}
