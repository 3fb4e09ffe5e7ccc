/** What a git that asks a server is told beside the rest, and must not repeat. */
export interface Credentials {
  readonly config: readonly (readonly [key: string, value: string])[];
  /** Values that must not appear in an error. */
  readonly secrets: readonly string[];
}

/** The header that carries the token, to this origin and to no other. */
export function credentialsFor(url: URL, token: string | undefined): Credentials {
  if (token === undefined) return { config: [], secrets: [] };
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    config: [[`http.${url.origin}/.extraHeader`, `Authorization: Basic ${basic}`]],
    secrets: [token, basic],
  };
}

/** A URL may carry a name and a password: they are never used, and never shown. */
export function withoutCredentials(url: URL): { readonly url: URL; readonly secrets: readonly string[] } {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return { url: plain, secrets: url.password === '' ? [] : [url.password, decoded(url.password)] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
