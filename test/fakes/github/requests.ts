/** A request that reached this GitHub, whatever became of it. */
export interface SeenRequest {
  readonly method: string;
  /** Of GitHub's description, such as `checks/create`; `git/upload-pack`, `git/receive-pack`; `page`. */
  readonly operation: string;
  /** As it came, with the query. */
  readonly path: string;
  /** The commit that it is about, where the request says so. */
  readonly commit: string | undefined;
  /** Of the answer; 0 for none, `undefined` until then, and for git. */
  readonly status: number | undefined;
}

export type RequestFilter = Partial<Pick<SeenRequest, 'operation' | 'commit' | 'status' | 'method'>>;

/** Remembers what was asked for. */
export interface Requests {
  /** @returns what to fill in later */
  begin(request: Pick<SeenRequest, 'method' | 'operation' | 'path'>): OpenRequest;
  /** Oldest first; each field that is given must be equal. */
  all(filter?: RequestFilter): readonly SeenRequest[];
}

export interface OpenRequest extends SeenRequest {
  commit: string | undefined;
  status: number | undefined;
}

export function createRequests(announce: () => void): Requests {
  const seen: OpenRequest[] = [];
  return {
    begin: (request) => {
      const open = { ...request, commit: undefined, status: undefined };
      seen.push(open);
      announce();
      return open;
    },
    all: (filter = {}) =>
      seen.filter((request) =>
        Object.entries(filter).every(([field, value]) => request[field as keyof RequestFilter] === value),
      ),
  };
}
