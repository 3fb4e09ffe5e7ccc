import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { readDocument, type Schema } from './document.js';
import { type Operation, readOperations } from './operations.js';

/** Each answers what is wrong, or `undefined`. */
export interface Validators {
  readonly operations: readonly Operation[];
  parameters(operation: Operation, path: Record<string, string>, query: URLSearchParams): string | undefined;
  body(operation: Operation, body: unknown): string | undefined;
  response(operation: Operation, status: number, body: unknown): string | undefined;
  payload(event: string, payload: object): string | undefined;
}

/** Schemas are compiled at first use: all of them together take seconds. */
export function createValidators(): Validators {
  const rest = readDocument('openapi');
  const hooks = readDocument('webhooks');
  const strictTypes = createAjv(false);
  const texts = createAjv(true);
  for (const ajv of [strictTypes, texts])
    for (const { id, root } of [rest, hooks]) ajv.addSchema({ components: root['components'] }, id);

  const compiled = new Map<string, ValidateFunction>();
  const check = (ajv: Ajv, key: string, schema: () => Schema, value: unknown): string | undefined => {
    const validate = compiled.get(key) ?? ajv.compile(schema());
    compiled.set(key, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: '' });
  };

  return {
    operations: readOperations(rest),
    parameters: (operation, path, query) =>
      (['path', 'query'] as const)
        .map((place) => {
          const values = place === 'path' ? path : Object.fromEntries(query);
          return check(texts, `${operation.id} ${place}`, () => parametersSchema(operation, place), {
            ...values,
          });
        })
        .find((problem) => problem !== undefined),
    body: (operation, body) => {
      const schema = operation.body;
      return schema === undefined
        ? undefined
        : check(strictTypes, `${operation.id} body`, () => schema, body);
    },
    response: (operation, status, body) => {
      const declared = operation.responses.has(status);
      if (!declared && status < 300) return `status ${status} is not one that this operation has`;
      // The description is silent on most refusals; they all have the same form.
      const schema = declared
        ? operation.responses.get(status)
        : { $ref: 'openapi#/components/schemas/basic-error' };
      if (schema === undefined) return undefined;
      return check(strictTypes, `${operation.id} ${status}`, () => schema, body);
    },
    payload: (event, payload) => {
      const action = 'action' in payload && typeof payload.action === 'string' ? payload.action : undefined;
      const name = [event, action]
        .filter((part) => part !== undefined)
        .join('-')
        .replaceAll('_', '-');
      const known = (hooks.root['webhooks'] as Record<string, unknown>)[name];
      if (known === undefined) return `${name} is not an event of GitHub's`;
      return check(strictTypes, `hook ${name}`, () => payloadSchema(known), payload);
    },
  };
}

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ strict: false, validateSchema: false, coerceTypes });
  // The package is CommonJS: its types put the function under `default`.
  formats.default(ajv);
  const uri = formats.default.get('uri');
  // GitHub fills `uri` fields with '' (an App without a website), and `email` with whatever git was told.
  ajv.addFormat('uri', (text: string) => text === '' || (typeof uri === 'function' && uri(text)));
  ajv.addFormat('email', true);
  ajv.addFormat('timestamp', true);
  return ajv;
}

function parametersSchema(operation: Operation, place: 'path' | 'query'): Schema {
  const parameters = operation.parameters.filter((parameter) => parameter.in === place);
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    // GitHub ignores what it does not know; for us it is a misspelt option.
    additionalProperties: false,
  };
}

function payloadSchema(webhook: unknown): Schema {
  const { post } = webhook as { post: { requestBody: { content: Record<string, { schema: Schema }> } } };
  const schema = post.requestBody.content['application/json']?.schema;
  if (schema === undefined) throw new Error('a webhook without a JSON body');
  return schema;
}
