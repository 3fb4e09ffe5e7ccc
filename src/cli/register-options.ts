import { parseArgs } from 'node:util';

const SMEE = 'https://smee.io';

export const USAGE = `Usage: cyclone register [options]

Makes the GitHub App: prints the address of a page on this machine, from which one click registers the app on GitHub,
and writes its number, webhook secret and private key to a file of settings that "cyclone serve" reads.

  --public-url URL      where GitHub and people reach the server, as https://cyclone.example.com
  --relay               GitHub cannot reach this machine: webhooks come through a new channel of smee.io, whose
                        operator can read them. For trying Cyclone out
  --relay-server URL    another relay of that kind in place of ${SMEE}
  --org NAME            the app belongs to this organization; without it, to whoever clicks
  --github URL          GitHub Enterprise Server, as https://github.example.com (default: GHE_HOST, or github.com)
  --env-file FILE       where the settings go (default: .env in CYCLONE_DATA_DIR); the key goes beside it
  --port N              of the page (default: any free port)
  --help, -h            print this

On a machine without a browser, forward the port first: ssh -L N:127.0.0.1:N this-machine

Exit status: 0 the app is registered, 1 it is not, 2 wrong use.
`;

export interface RegisterOptions {
  readonly help: boolean;
  readonly org: string | undefined;
  /** Of an Enterprise Server, without a path. */
  readonly github: string | undefined;
  readonly publicUrl: string | undefined;
  /** Who makes the channel; undefined: none is asked for. */
  readonly relayServer: string | undefined;
  readonly envFile: string | undefined;
  readonly port: number;
}

export function readOptions(args: readonly string[]): RegisterOptions | { readonly wrong: string } {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const port = Number(values.port ?? '0');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return { wrong: '--port is a number from 0 to 65535' };
  }
  if (values.org !== undefined && !/^[a-z\d](?:[a-z\d-]{0,37}[a-z\d])?$/i.test(values.org)) {
    return { wrong: `--org is the name of an organization as in its address, not "${values.org}"` };
  }
  for (const name of ['public-url', 'github', 'relay-server'] as const) {
    if (values[name] !== undefined && !isAddress(values[name])) {
      return { wrong: `--${name} is an address such as https://host.example.com, not "${values[name]}"` };
    }
  }
  return {
    help: values.help ?? false,
    org: values.org,
    github: enterprise(values.github),
    publicUrl: values['public-url']?.replace(/\/+$/, ''),
    relayServer: values['relay-server'] ?? (values.relay === true ? SMEE : undefined),
    envFile: values['env-file'],
    port,
  };
}

function enterprise(url: string | undefined): string | undefined {
  const origin = url === undefined ? undefined : new URL(url).origin;
  return origin === 'https://github.com' ? undefined : origin;
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      org: { type: 'string' },
      github: { type: 'string' },
      'public-url': { type: 'string' },
      relay: { type: 'boolean' },
      'relay-server': { type: 'string' },
      'env-file': { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}
