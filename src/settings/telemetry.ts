import { type Problems, say } from './kinds.js';

/** Where traces of runs go. */
export interface TraceSettings {
  /** Whole, with its path. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of one request. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
  /** Attributes of all that is sent, `service.name` among them. */
  readonly resource: Readonly<Record<string, string>>;
}

/**
 * OpenTelemetry's own names: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
 * …/configuration/sdk-environment-variables/. What is said of traces alone counts before what is said of all.
 */
interface TelemetryEnvironment {
  readonly OTEL_SDK_DISABLED: 'true' | 'false';
  readonly OTEL_TRACES_EXPORTER: 'otlp' | 'none';
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_HEADERS?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_PROTOCOL?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_COMPRESSION?: 'gzip' | 'none' | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_COMPRESSION?: 'gzip' | 'none' | undefined;
  readonly OTEL_EXPORTER_OTLP_TIMEOUT: number;
  readonly OTEL_EXPORTER_OTLP_TRACES_TIMEOUT?: number | undefined;
  readonly OTEL_RESOURCE_ATTRIBUTES?: string | undefined;
  readonly OTEL_SERVICE_NAME?: string | undefined;
}

/** Undefined: no traces are sent. */
export function readTelemetry(values: TelemetryEnvironment, problems: Problems): TraceSettings | undefined {
  const url = tracesUrl(values);
  if (url === undefined || values.OTEL_SDK_DISABLED === 'true' || values.OTEL_TRACES_EXPORTER === 'none') {
    return undefined;
  }
  checkProtocol(values, problems);
  const ofTraces = pairs(values, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', problems);
  const resource = pairs(values, 'OTEL_RESOURCE_ATTRIBUTES', problems);
  const compression = values.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION ?? values.OTEL_EXPORTER_OTLP_COMPRESSION;
  return {
    url,
    headers: ofTraces ?? pairs(values, 'OTEL_EXPORTER_OTLP_HEADERS', problems) ?? {},
    timeoutMs: values.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? values.OTEL_EXPORTER_OTLP_TIMEOUT,
    gzip: compression === 'gzip',
    resource: {
      'service.name': 'cyclone',
      ...resource,
      ...(values.OTEL_SERVICE_NAME !== undefined && { 'service.name': values.OTEL_SERVICE_NAME }),
    },
  };
}

/** The general address is a base; the one of traces is taken as it is. */
function tracesUrl(values: TelemetryEnvironment): string | undefined {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '');
  return values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base}/v1/traces`);
}

function checkProtocol(values: TelemetryEnvironment, problems: Problems): void {
  const name =
    values.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL === undefined
      ? 'OTEL_EXPORTER_OTLP_PROTOCOL'
      : 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  if ((values[name] ?? 'http/json') !== 'http/json') {
    say(
      problems,
      name,
      'is not http/json, the only one that is spoken here: collectors take it at port 4318',
    );
  }
}

/** `key=value,key2=value2`, values as in an URL: https://www.w3.org/TR/baggage/#header-content */
function pairs(
  values: TelemetryEnvironment,
  name: 'OTEL_EXPORTER_OTLP_HEADERS' | 'OTEL_EXPORTER_OTLP_TRACES_HEADERS' | 'OTEL_RESOURCE_ATTRIBUTES',
  problems: Problems,
): Readonly<Record<string, string>> | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const found: Record<string, string> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [, key = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    const decoded = decode(value);
    if (
      key === '' ||
      decoded === undefined ||
      (name !== 'OTEL_RESOURCE_ATTRIBUTES' && !isHeader(key, decoded))
    ) {
      // The value may be a key: it is not repeated.
      say(problems, name, 'is not a list such as name=value,other=value%20with%20spaces');
      return undefined;
    }
    found[key] = decoded;
  }
  return found;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function isHeader(name: string, value: string): boolean {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);
}
