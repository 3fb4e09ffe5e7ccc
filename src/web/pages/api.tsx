import { GROUPS, type Operation } from '../api-operation.js';
import type { Frame } from '../frame.js';
import { type Parameter, parametersOf } from '../openapi.js';
import { Layout } from './layout.js';

export interface ApiPageProps {
  readonly frame: Frame;
  readonly operations: readonly Operation[];
  readonly publicUrl: string;
}

/** The description of the API, for people. */
export function ApiPage({ frame, operations, publicUrl }: ApiPageProps) {
  const base = publicUrl.replace(/\/+$/, '');
  const groups = Object.entries(GROUPS).map(([name, about]) => ({
    name,
    about,
    own: operations.filter(({ group }) => group === name),
  }));
  return (
    <Layout title="API · Cyclone" frame={frame}>
      <h1>API</h1>
      <p>
        JSON over HTTP, in GitHub’s words. For programs: <a href={`${base}/api/openapi.json`}>openapi.json</a>
        , OpenAPI 3.1. Who acts, or reads of private repositories, sends a GitHub token of their own as{' '}
        <code>Authorization: Bearer …</code>; <code>gh auth token</code> does not do, a personal access token
        does.
      </p>
      <nav aria-label="Operations">
        <ul>
          {groups.map(({ name, own }) => (
            <li>
              {name}:{' '}
              {own.map(({ id, method, path }, index) => (
                <>
                  {index > 0 && ', '}
                  <a href={`#${id}`}>
                    <code>
                      {method.toUpperCase()} {path}
                    </code>
                  </a>
                </>
              ))}
            </li>
          ))}
        </ul>
      </nav>
      {groups.map(({ name, about, own }) => (
        <section>
          <h2>{name}</h2>
          <p class="quiet">{about}</p>
          {own.map((operation) => (
            <OperationView operation={operation} base={base} />
          ))}
        </section>
      ))}
    </Layout>
  );
}

function OperationView({ operation, base }: { readonly operation: Operation; readonly base: string }) {
  const { id, method, path, summary, description } = operation;
  const answers = Object.entries(operation.answers);
  const examples = answers.filter(([status, { example }]) => Number(status) < 300 && example !== undefined);
  return (
    <section id={id}>
      <h3>
        <code>
          {method.toUpperCase()} {path}
        </code>
      </h3>
      <p>
        {summary}.{description !== undefined && <span class="quiet"> {description}</span>}
      </p>
      <Parameters parameters={parametersOf(operation).filter((one) => one.in !== 'path')} />
      <pre class="log">{requestOf(operation, base)}</pre>
      {examples.map(([status, { example }]) => (
        <details>
          <summary>Answer {status}</summary>
          <pre class="log">{JSON.stringify(example, null, 2)}</pre>
        </details>
      ))}
      <ul class="notes">
        {answers.map(([status, answer]) => (
          <li>
            <strong>{status}</strong> {answer.description}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  if (parameters.length === 0) return <></>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Parameter</th>
          <th scope="col">Value</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {parameters.map(({ name, schema, description, required, in: place }) => (
          <tr>
            <td>
              <code>{name}</code>
              {place === 'header' && ' (header)'}
              {required && ' (required)'}
            </td>
            <td>{typeof schema['type'] === 'string' ? schema['type'] : 'string'}</td>
            <td class="wide">{meaning(schema, description)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function meaning({ enum: words }: Parameter['schema'], description = ''): string {
  const said = description.replaceAll('`', '');
  return said === '' && Array.isArray(words) ? words.join(', ') : said;
}

function requestOf({ method, path, sample = {}, body, needsToken, group }: Operation, base: string): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => sample[name] ?? name);
  return [
    'curl',
    ...(method === 'post' ? ['-X POST'] : []),
    ...(group === 'Logs' && path.endsWith('stream') ? ['-N'] : []),
    ...(needsToken === true ? ['-H "Authorization: Bearer $GITHUB_TOKEN"'] : []),
    ...(body ? [`-H 'Content-Type: application/json' -d '${JSON.stringify(body.example)}'`] : []),
    `'${base}${address}'`,
  ].join(' ');
}
