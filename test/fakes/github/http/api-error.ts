/** One of the `errors` of a 422. */
export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom';
  readonly message?: string;
}

/** An answer that refuses, in GitHub's form. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  /** The client should have known better: counted as a violation. */
  readonly violation: boolean;
  constructor(
    status: number,
    message: string,
    more: { errors?: readonly FieldError[]; headers?: Record<string, string>; violation?: boolean } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.violation = more.violation ?? false;
  }
}

export const notFound = (): ApiError => new ApiError(404, 'Not Found');

export const unauthorized = (message = 'Bad credentials'): ApiError => new ApiError(401, message);

/** 422: the request breaks a rule that a client can know beforehand. */
export function invalid(error: FieldError): ApiError {
  const message = error.message === undefined ? 'Validation Failed' : `Validation Failed: ${error.message}`;
  return new ApiError(422, message, { errors: [error], violation: true });
}

/**
 * GitHub sends who asks for a repository by its former name to its id: 301 for what only reads, 307 for the
 * rest, both in the same words.
 */
export function moved(method: string, location: string): ApiError {
  const status = method === 'GET' || method === 'HEAD' ? 301 : 307;
  return new ApiError(status, 'Moved Permanently', { headers: { location } });
}

export function errorBody(error: ApiError): object {
  return {
    message: error.message,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.headers['location'] === undefined ? {} : { url: error.headers['location'] }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(error.status),
  };
}
