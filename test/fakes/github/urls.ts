/** Addresses of this GitHub, in the form of an Enterprise Server. */
export interface Urls {
  /** `http://127.0.0.1:4010` */
  readonly web: string;
  /** `http://127.0.0.1:4010/api/v3` */
  readonly api: string;
  readonly host: string;
}

export const API_PATH = '/api/v3';

export function createUrls(web: string): Urls {
  return { web, api: `${web}${API_PATH}`, host: new URL(web).host };
}
