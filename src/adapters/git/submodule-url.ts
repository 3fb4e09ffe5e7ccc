import { CheckoutFailed } from '../../worker/ports.js';

/**
 * Where a submodule is fetched from. Relative ones begin at the repository's own URL, as git has it; `git@host:o/r`
 * and `ssh://` are turned into HTTP of the repository's own host, whose token opens what they open.
 * @throws CheckoutFailed with what to write instead
 */
export function submoduleUrl(written: string, parent: URL): URL {
  if (/^\.{1,2}\//.test(written)) {
    // A repository counts as a directory here: `../lib` stands beside it.
    const base = parent.href.endsWith('/') ? parent.href : `${parent.href}/`;
    return new URL(written, base);
  }
  const ssh = sshForm(written);
  if (ssh !== undefined) {
    if (ssh.host.toLowerCase() === parent.hostname)
      return new URL(`${parent.protocol}//${parent.host}/${ssh.path}`);
    throw new CheckoutFailed(`${written}: there is no key for ssh; write https://${ssh.host}/${ssh.path}`);
  }
  if (!URL.canParse(written))
    throw new CheckoutFailed(`${written} is no URL; write one that begins with https://`);
  return new URL(written);
}

interface SshForm {
  readonly host: string;
  readonly path: string;
}

/** `git@host:owner/name.git`, `ssh://git@host[:port]/owner/name.git` */
function sshForm(written: string): SshForm | undefined {
  const found =
    /^ssh:\/\/(?:[^/@]+@)?(?<host>[A-Za-z0-9.-]+)(?::\d+)?\/+(?<path>[^?#]+)$/.exec(written) ??
    /^(?:[^/@:]+@)(?<host>[A-Za-z0-9][A-Za-z0-9.-]*):\/*(?<path>[^?#]+)$/.exec(written);
  const { host, path } = found?.groups ?? {};
  return host === undefined || path === undefined ? undefined : { host, path };
}
