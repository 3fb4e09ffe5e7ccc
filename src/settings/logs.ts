import { type Problems, say } from './kinds.js';

/** How long logs are kept, and where those of stages that have ended are. */
export interface LogSettings {
  readonly days: number;
  readonly bytes: number;
  /** Undefined: on the server's disk. */
  readonly s3: S3Settings | undefined;
}

export interface S3Settings {
  /** Without a slash at its end: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before every name: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** As in the environment. */
interface LogEnvironment {
  readonly CYCLONE_LOGS_DAYS: number;
  readonly CYCLONE_LOGS_SIZE: number;
  readonly CYCLONE_LOGS_STORE?: string | undefined;
  readonly CYCLONE_S3_ENDPOINT?: string | undefined;
  readonly AWS_REGION: string;
  readonly AWS_ACCESS_KEY_ID?: string | undefined;
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined;
}

export function readLogs(values: LogEnvironment, problems: Problems): LogSettings {
  return { days: values.CYCLONE_LOGS_DAYS, bytes: values.CYCLONE_LOGS_SIZE, s3: readS3(values, problems) };
}

function readS3(values: LogEnvironment, problems: Problems): S3Settings | undefined {
  if (values.CYCLONE_LOGS_STORE === undefined) return undefined;
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)\/*(.*)$/.exec(values.CYCLONE_LOGS_STORE) ?? [];
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = values;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    say(problems, missing, 'is not set: CYCLONE_LOGS_STORE needs a key of S3, its id and its secret');
    return undefined;
  }
  const endpoint = values.CYCLONE_S3_ENDPOINT ?? `https://s3.${values.AWS_REGION}.amazonaws.com`;
  const prefix = path.replace(/\/+$/, '');
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: values.AWS_REGION,
    accessKeyId,
    secretAccessKey,
  };
}
