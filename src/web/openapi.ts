import { z } from 'zod';
import { ACTS, RerunBody, StartRun } from './api-acts.js';
import { ApiQueue, ApiQueueList, ApiWorker, ApiWorkerList, FLOOR } from './api-floor.js';
import * as logShapes from './api-log-shapes.js';
import { LOGS } from './api-logs.js';
import { GROUPS, type Operation, type OperationAnswer } from './api-operation.js';
import { READS } from './api-reads.js';
import * as shapes from './api-shapes.js';

/** About the API itself; served beside it. */
export const ABOUT: readonly Operation[] = [
  {
    id: 'describe',
    method: 'get',
    path: '/api/openapi.json',
    group: 'Description',
    summary: 'This description, OpenAPI 3.1',
    answers: { 200: { description: 'The description', type: 'application/json' } },
  },
  {
    id: 'readAbout',
    method: 'get',
    path: '/api',
    group: 'Description',
    summary: 'This description, for people',
    answers: { 200: { description: 'A page', type: 'text/html; charset=UTF-8' } },
  },
];

export const OPERATIONS: readonly Operation[] = [...READS, ...FLOOR, ...ACTS, ...LOGS, ...ABOUT];

const NAMED: Readonly<Record<string, z.ZodType>> = {
  Run: shapes.ApiRun,
  RunWithStages: shapes.ApiRunWithStages,
  RunList: shapes.ApiRunList,
  Stage: shapes.ApiStage,
  StageList: shapes.ApiStageList,
  Artifacts: shapes.ApiArtifacts,
  Issue: shapes.ApiIssue,
  Repository: shapes.ApiRepository,
  RepositoryList: shapes.ApiRepositoryList,
  Problem: shapes.ApiProblem,
  Said: shapes.ApiSaid,
  StartRun,
  Rerun: RerunBody,
  Queue: ApiQueue,
  QueueList: ApiQueueList,
  Worker: ApiWorker,
  WorkerList: ApiWorkerList,
  LogLines: logShapes.LogLines,
  LogOutline: logShapes.LogOutline,
  LogErrors: logShapes.LogErrors,
  LogSearch: logShapes.LogSearch,
};

type Json = Readonly<Record<string, unknown>>;

/** https://spec.openapis.org/oas/v3.1.1.html */
export function openApi(publicUrl: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cyclone',
      version: '1',
      description:
        "Runs, stages and logs, in GitHub's words. Times are ISO 8601 in UTC; what is not known, or not yet, is null. Fields are added over time; none changes its meaning.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl.replace(/\/+$/, '') || '/' }],
    tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
    paths: pathsOf(OPERATIONS),
    components: {
      schemas: schemas(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A personal access token of GitHub, classic or fine-grained. It needs no permission beyond reading metadata; for a private repository it must be one that sees it.',
        },
      },
    },
  };
}

function schemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, shape] of Object.entries(NAMED)) registry.add(shape, { id });
  const made = z.toJSONSchema(registry, { uri: refTo });
  const alone = made.schemas as Readonly<Record<string, Json>>;
  return Object.fromEntries(
    Object.entries(alone).map(([id, schema]) => [id, without(schema, ['$schema', '$id'])]),
  );
}

function without(json: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)));
}

function refTo(id: string): string {
  return `#/components/schemas/${id}`;
}

function pathsOf(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return paths;
}

function describe(operation: Operation): Json {
  const { id, group, summary, description, body, needsToken } = operation;
  const tokens = [{ token: [] }];
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(description !== undefined && { description }),
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: {
        required: body.required === true,
        content: { 'application/json': { schema: schemaOf(body.shape), example: body.example } },
      },
    }),
    responses: Object.fromEntries(
      Object.entries(operation.answers).map(([status, answer]) => [status, response(answer)]),
    ),
    // Public repositories are everybody's to read.
    security: needsToken === true ? tokens : [{}, ...tokens],
  };
}

/** One thing that is filled in, in the address or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Json;
}

const IN_PATH: Readonly<Record<string, Pick<Parameter, 'schema' | 'description'>>> = {
  run: { description: 'The number of the run', schema: { type: 'integer', minimum: 1 } },
  stage: { description: 'Its name, URL-encoded', schema: { type: 'string' } },
  owner: { schema: { type: 'string' } },
  repo: { schema: { type: 'string' } },
};

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Names the request: the same one again for the same commit is carried out once',
  schema: { type: 'string', maxLength: 200 },
};

export function parametersOf({ id, path, query }: Operation): readonly Parameter[] {
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']): Parameter => {
    const known = IN_PATH[name] ?? { schema: { type: 'string' } };
    return { name, in: 'path', required: true, ...known };
  });
  const { required = [], properties = {} } = z.toJSONSchema(query ?? z.object({}), { io: 'input' });
  const fields = Object.entries(properties).map(([name, property]): Parameter => {
    const { description, ...schema } = property as Json & { readonly description?: string };
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    };
  });
  return [...parts, ...fields, ...(id === 'startRun' ? [IDEMPOTENCY_KEY] : [])];
}

function response({ description, shape, type, example, headers }: OperationAnswer): Json {
  const mediaType = type ?? (shape === undefined ? undefined : 'application/json');
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, says]) => [
          name,
          { description: says, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(mediaType !== undefined && {
      content: {
        [mediaType]: {
          ...(shape && { schema: schemaOf(shape) }),
          ...(example !== undefined && { example }),
        },
      },
    }),
  };
}

function schemaOf(shape: z.ZodType): Json {
  if (shape instanceof z.ZodUnion) {
    return { anyOf: shape.options.map((option) => schemaOf(option as z.ZodType)) };
  }
  const [name] = Object.entries(NAMED).find(([, named]) => named === shape) ?? [];
  if (name === undefined) throw new Error('a shape of an answer has no name in the description');
  return { $ref: refTo(name) };
}
