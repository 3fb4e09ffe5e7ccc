import { NOT_THE_INTERNET } from '../../pipeline/internet.js';

/** Interfaces that begin with this are bridges of ours (iptables reads `+` as "and whatever follows"). */
const BRIDGES = 'cyc-+';

export const INPUT_CHAIN = 'CYCLONE-IN';
export const FORWARD_CHAIN = 'CYCLONE-FWD';

/** Where packets of stages enter our chains: to the host itself, and through it. */
export const JUMPS = [
  { from: 'INPUT', to: INPUT_CHAIN },
  // Docker keeps this chain for its users, before all of its own rules. It does not see what goes to the host.
  { from: 'DOCKER-USER', to: FORWARD_CHAIN },
] as const;

export type Jump = (typeof JUMPS)[number];

export interface RuleOptions {
  /** IPv4 addresses that are asked for names; stages need them, wherever they are. */
  readonly resolvers: readonly string[];
  /** Private ranges that stages may reach all the same: a mirror of packages, a registry. */
  readonly allow: readonly string[];
}

/** Our two chains as input of `iptables-restore --noflush`: both are emptied and filled in one step. */
export function chains({ resolvers, allow }: RuleOptions): string {
  const names = (chain: string): string[] =>
    resolvers.flatMap((address) =>
      ['udp', 'tcp'].map((protocol) => `-A ${chain} -d ${address} -p ${protocol} --dport 53 -j RETURN`),
    );
  const answers = (chain: string): string =>
    `-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`;
  return [
    '*filter',
    `:${INPUT_CHAIN} - [0:0]`,
    `:${FORWARD_CHAIN} - [0:0]`,
    answers(INPUT_CHAIN),
    ...names(INPUT_CHAIN),
    `-A ${INPUT_CHAIN} -j DROP`,
    answers(FORWARD_CHAIN),
    // Within one network; between two of ours Docker itself keeps the peace.
    `-A ${FORWARD_CHAIN} -o ${BRIDGES} -j RETURN`,
    ...names(FORWARD_CHAIN),
    ...allow.map((range) => `-A ${FORWARD_CHAIN} -d ${range} -j RETURN`),
    ...NOT_THE_INTERNET.map((range) => `-A ${FORWARD_CHAIN} -d ${range} -j DROP`),
    'COMMIT',
    '',
  ].join('\n');
}

/** The rule of a jump, without the verb before it (`-C`, `-I`, `-D`). */
export function jumpRule({ from, to }: Jump): readonly string[] {
  return [from, '-i', BRIDGES, '-j', to];
}

/** What of a table, as `iptables-save` prints it, is ours: our chains, what leads to them, and what else our bridges meet. */
export function linesOf(saved: string): readonly string[] {
  const ours = [INPUT_CHAIN, FORWARD_CHAIN, ` ${BRIDGES} `];
  return saved.split('\n').filter((line) => ours.some((word) => line.includes(word)));
}

/** Whether these are all that the chains are made of, and both are led to: somebody may be taking them away. */
export function areWhole(lines: readonly string[], rules: string): boolean {
  const inChains = (all: readonly string[]): number =>
    all.filter((line) => line.startsWith('-A CYCLONE-')).length;
  return (
    inChains(lines) === inChains(rules.split('\n')) &&
    JUMPS.every((jump) => lines.includes(`-A ${jumpRule(jump).join(' ')}`))
  );
}

/** Our networks have no IPv6; a bridge has a link-local address all the same. */
export const IPV6_RULES: readonly (readonly string[])[] = [
  ['INPUT', '-i', BRIDGES, '-j', 'DROP'],
  ['FORWARD', '-i', BRIDGES, '-j', 'DROP'],
];

/** The IPv4 nameservers of a resolv.conf. Loopback ones are asked by the engine on the host, not by stages. */
export function resolversOf(resolvConf: string): readonly string[] {
  return [...resolvConf.matchAll(/^[ \t]*nameserver[ \t]+(\d{1,3}(?:\.\d{1,3}){3})[ \t]*$/gm)]
    .map(([, address = '']) => address)
    .filter((address) => !address.startsWith('127.'));
}
