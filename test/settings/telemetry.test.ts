import { describe, expect, test } from '@jest/globals';
import { InvalidSettings, readSettings } from '../../src/settings.js';

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';
const APP = { APP_ID: '12', PRIVATE_KEY: PEM, WEBHOOK_SECRET: 'shh' };
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318/' };

const traces = (env: Readonly<Record<string, string>>) => readSettings({}, { ...APP, ...env }).traces;

function problems(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    traces({ ...ENDPOINT, ...env });
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
    throw error;
  }
  return [];
}

describe('traces are sent', () => {
  test('where an endpoint is named, under its path of traces', () => {
    expect(traces({})).toBeUndefined();
    expect(traces(ENDPOINT)).toEqual({
      url: 'http://collector.example:4318/v1/traces',
      headers: {},
      timeoutMs: 10_000,
      gzip: false,
      resource: { 'service.name': 'cyclone' },
    });
  });

  test('as is said of traces alone, before what is said of all', () => {
    expect(
      traces({
        ...ENDPOINT,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=all',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: ' authorization = Basic%20YTpi , x-tenant=a=b',
        OTEL_EXPORTER_OTLP_TIMEOUT: '1',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2000',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
        OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,service.name=other',
        OTEL_SERVICE_NAME: 'ci',
      }),
    ).toEqual({
      url: 'https://traces.example/in',
      headers: { authorization: 'Basic YTpi', 'x-tenant': 'a=b' },
      timeoutMs: 2000,
      gzip: true,
      resource: { 'service.name': 'ci', 'deployment.environment.name': 'staging' },
    });
  });

  test.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])('not with %j', (env) => {
    expect(traces({ ...ENDPOINT, ...(env as Record<string, string>) })).toBeUndefined();
  });
});

describe('what cannot be is said, and no key with it', () => {
  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hunter2'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-key=hunter2%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-key=hunter2%0aevil: yes'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=nothing'],
  ])('%s=%s', (name, value) => {
    const said = problems({ [name]: value });
    expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} is not `))]);
    expect(said.join()).not.toContain('hunter2');
  });
});
