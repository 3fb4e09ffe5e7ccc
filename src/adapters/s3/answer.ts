export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** S3's word for what is wrong, of an answer that says so. */
  readonly code: string | undefined;
}

/** The store of objects refused, or does not answer. Its message holds names, and never a key. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  /** Undefined: no answer came. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  constructor(
    message: string,
    { status, code, cause }: { status?: number; code?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const body = Buffer.from(await response.arrayBuffer());
  const code = response.ok
    ? undefined
    : /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(body.toString('utf8', 0, 4096))?.[1];
  return { status: response.status, body, code };
}

export function refused(what: string, { status, code }: Answer): S3Error {
  const hint = hintOf(status, code);
  const words = `S3 answered ${status}${code === undefined ? '' : ` ${code}`} to ${what}`;
  return new S3Error(hint === undefined ? words : `${words}: ${hint}`, { status, code });
}

/** @param tries how often it was asked */
export function silent(what: string, endpoint: string, tries: number, cause: unknown): S3Error {
  return new S3Error(`S3 at ${endpoint} did not answer ${what} in ${tries} tries`, { cause });
}

function hintOf(status: number, code: string | undefined): string | undefined {
  if (code === 'NoSuchBucket') return 'make the bucket, or correct its name in CYCLONE_LOGS_STORE';
  if (code === 'RequestTimeTooSkewed') return 'correct the clock of this machine';
  if (code === 'SignatureDoesNotMatch') return 'AWS_SECRET_ACCESS_KEY or AWS_REGION is wrong';
  if (code === 'InvalidAccessKeyId') return 'AWS_ACCESS_KEY_ID is not known there';
  // Without the right to list, S3 says of an object that is not there what it says of one that is forbidden.
  if (status === 403) return 'the key needs GetObject, PutObject, DeleteObject and ListBucket';
  if (status >= 300 && status < 400)
    return 'the bucket is in another region: see AWS_REGION and CYCLONE_S3_ENDPOINT';
  return undefined;
}
