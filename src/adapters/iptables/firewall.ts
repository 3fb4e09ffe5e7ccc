import { readFile } from 'node:fs/promises';
import { IptablesFailed, iptables } from './command.js';
import {
  areWhole,
  chains,
  FORWARD_CHAIN,
  INPUT_CHAIN,
  IPV6_RULES,
  JUMPS,
  jumpRule,
  linesOf,
  resolversOf,
} from './rules.js';

export interface FirewallOptions {
  /** Private ranges (CIDR) that stages may reach; default none. */
  readonly allow?: readonly string[];
  /** Default `/etc/resolv.conf`: the engine hands its nameservers to containers. */
  readonly resolvConf?: string;
}

/** The rules that keep stages away from this host. They stay when the process ends: containers may outlive it. */
export interface Firewall {
  /** What stages can reach that they should not, in words, as of the opening. */
  readonly open: readonly string[];
  /** Puts back what is gone, and says what is open now; many calls at once do the work once. */
  ensure(): Promise<readonly string[]>;
  /** Takes the rules away, for when no network of ours is left. */
  close(): Promise<void>;
}

/** xtables has one lock for all; `-w` waits for it, for another worker may be at the same thing. */
const WAIT = ['-w', '10'];

/** Sets the rules where that is possible (root, iptables, an engine on this host); where it is not, `open` says so. */
export async function openFirewall(options: FirewallOptions = {}): Promise<Firewall> {
  const { allow = [], resolvConf = '/etc/resolv.conf' } = options;
  let running: Promise<readonly string[]> | undefined;
  /** As the kernel had them when they were whole, and what they were made of. */
  let known: { readonly rules: string; readonly standing: string } | undefined;

  const look = async (): Promise<readonly string[]> => {
    // A host without the file asks nobody for names, and neither do its containers.
    const resolvers = resolversOf(await readFile(resolvConf, 'utf8').catch(() => ''));
    const rules = chains({ resolvers, allow });
    if (known?.rules === rules && (await readLines()).flat().join('\n') === known.standing) return [];
    const open = await set(rules);
    const [lines, lines6] = await readLines();
    known =
      open.length === 0 && areWhole(lines, rules)
        ? { rules, standing: [...lines, ...lines6].join('\n') }
        : undefined;
    return open;
  };
  const ensure = (): Promise<readonly string[]> => {
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  };
  return { open: await ensure(), ensure, close: takeAway };
}

/** All of ours that stands now. One process for a table, where asking for each rule takes one for each. */
async function readLines(): Promise<readonly [readonly string[], readonly string[]]> {
  const [saved, saved6] = await Promise.all(['iptables-save', 'ip6tables-save'].map(savedBy));
  return [linesOf(saved ?? ''), linesOf(saved6 ?? '')];
}

async function savedBy(program: string): Promise<string> {
  try {
    return await iptables(program, ['-t', 'filter']);
  } catch (error) {
    if (error instanceof IptablesFailed) return '';
    throw error;
  }
}

async function set(rules: string): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return openBecause('Cyclone does not run as root and cannot set a firewall');
  try {
    await iptables('iptables-restore', [...WAIT, '--noflush'], rules);
    for (const jump of JUMPS) await insertOnce('iptables', jumpRule(jump));
  } catch (error) {
    if (error instanceof IptablesFailed) return openBecause(`no firewall could be set (${error.message})`);
    throw error;
  }
  return await refuseIpv6();
}

/**
 * The rule at the top, once. Two processes that look at the same moment both insert it: twice is as good, and
 * both are gone after a close.
 */
async function insertOnce(program: string, rule: readonly string[]): Promise<void> {
  try {
    await iptables(program, [...WAIT, '-C', ...rule]);
  } catch (error) {
    // 1: there is no such rule.
    if (!(error instanceof IptablesFailed) || error.exitCode !== 1) throw error;
    await iptables(program, [...WAIT, '-I', ...rule]);
  }
}

async function refuseIpv6(): Promise<readonly string[]> {
  try {
    for (const rule of IPV6_RULES) await insertOnce('ip6tables', rule);
    return [];
  } catch (error) {
    // Networks are made without IPv6, and a kernel without it has no ip6tables: this is a second lock.
    if (error instanceof IptablesFailed) return [];
    throw error;
  }
}

async function takeAway(): Promise<void> {
  for (const jump of JUMPS) await deleteAll('iptables', jumpRule(jump));
  for (const rule of IPV6_RULES) await deleteAll('ip6tables', rule);
  for (const chain of [INPUT_CHAIN, FORWARD_CHAIN]) {
    await tolerate(iptables('iptables', [...WAIT, '-F', chain]));
    await tolerate(iptables('iptables', [...WAIT, '-X', chain]));
  }
}

async function deleteAll(program: string, rule: readonly string[]): Promise<void> {
  while (await tolerate(iptables(program, [...WAIT, '-D', ...rule])));
}

/** Whether it was done; what is not there cannot be removed. */
async function tolerate(command: Promise<unknown>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (error instanceof IptablesFailed) return false;
    throw error;
  }
}

function openBecause(reason: string): readonly string[] {
  return [`${reason}: stages can reach this host, private networks and cloud metadata`];
}
