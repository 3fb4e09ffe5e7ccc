import { indented } from '../extents.js';
import type { Rule } from '../rule.js';

const COMMAND = String.raw`^(?:\S*(?:sh|bash)?: )?(?:\S+: )?`;

/** What shells, the system and the network say. */
export const SYSTEM_RULES: readonly Rule[] = [
  // shells: `sh: 1: foo: not found`, `./run: line 3: foo: command not found`
  { kind: 'shell', weight: 82, pattern: /^\S+: (?:line )?(?:\d+: )?\S+: (?:command )?not found$/u },
  { kind: 'shell', weight: 80, pattern: /^(?:\S+: )?command not found: |^\S+: command not found$/u },
  { kind: 'shell', weight: 82, pattern: /^env: [‘'"]?\S+?[’'"]?: No such file or directory/u },
  {
    kind: 'shell',
    weight: 86,
    pattern:
      /: (?:syntax error(?: near unexpected token|:? unexpected|: unterminated)|Syntax error: |unexpected EOF while looking)/u,
  },
  {
    kind: 'shell',
    weight: 84,
    pattern:
      /: (?:unbound variable|parameter not set|bad substitution|Bad substitution|Illegal option|invalid option|unrecognized option)/u,
  },
  {
    kind: 'shell',
    weight: 85,
    pattern:
      /(?:cannot execute binary file|Exec format error|cannot execute: required file not found|exec: "[^"]+": executable file not found)/u,
  },
  {
    kind: 'shell',
    weight: 74,
    pattern: new RegExp(String.raw`${COMMAND}.*: Permission denied(?:$|\W)`, 'u'),
  },
  { kind: 'shell', weight: 64, pattern: /^\S+: .*: No such file or directory$/u },
  {
    kind: 'shell',
    weight: 62,
    pattern: /^(?:\S+: )?(?:can't|cannot) (?:open|create|stat|access|remove|cd to|touch) /u,
  },
  {
    kind: 'shell',
    weight: 60,
    pattern:
      /: (?:Is a directory|Not a directory|File exists|Operation not permitted|Read-only file system|Text file busy|Argument list too long)$/u,
  },
  { kind: 'disk', weight: 93, pattern: /\b(?:No space left on device|Disk quota exceeded|ENOSPC\b)/u },
  {
    kind: 'error',
    weight: 84,
    pattern: /\b(?:Too many open files|EMFILE\b|Resource temporarily unavailable)/u,
  },
  // time
  { kind: 'timeout', weight: 84, pattern: /^timeout: sending signal /u },
  {
    kind: 'timeout',
    weight: 62,
    pattern: /\b(?:timed out (?:after|waiting)|deadline exceeded|TimeoutError\b|Operation timed out)/iu,
  },
  // the network
  {
    kind: 'network',
    weight: 87,
    pattern:
      /\b(?:Could not resolve host|Temporary failure (?:in name resolution|resolving)|Name or service not known|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|no such host|bad address '|unable to resolve host address|nodename nor servname|Name does not resolve)/u,
  },
  {
    kind: 'network',
    weight: 82,
    pattern: /\b(?:ECONNREFUSED|Connection refused|connection refused|ConnectionRefusedError)\b/u,
  },
  {
    kind: 'network',
    weight: 78,
    pattern:
      /\b(?:ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Connection reset by peer|connection reset by peer|Network is unreachable|No route to host|Connection timed out|i\/o timeout|TLS handshake timeout|socket hang up)\b/u,
  },
  {
    kind: 'network',
    weight: 86,
    pattern:
      /(?:certificate verify failed|SSL certificate problem|x509: |CERT_HAS_EXPIRED|unable to get local issuer certificate|self[- ]signed certificate)/iu,
  },
  { kind: 'network', weight: 84, pattern: /^curl: \(\d+\) /u },
  {
    kind: 'network',
    weight: 84,
    pattern: /^wget: (?:server returned error|bad address|can't connect|download timed out)/u,
  },
  {
    kind: 'network',
    weight: 72,
    pattern:
      /\b(?:ERROR )?(?:40[134]|429|50[0234]):? (?:Unauthorized|Forbidden|Not Found|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)\b/iu,
  },
  {
    kind: 'network',
    weight: 78,
    pattern:
      /\b(?:toomanyrequests|You have reached your pull rate limit|denied: requested access|unauthorized: authentication required|no basic auth credentials)\b/u,
  },
  {
    kind: 'network',
    weight: 84,
    pattern: /\b(?:bind: address already in use|EADDRINUSE|Address already in use)\b/u,
  },
  {
    kind: 'network',
    weight: 76,
    pattern:
      /^(?:fatal: )?(?:unable to access '|Could not read from remote repository|Authentication failed for|could not read Username)/u,
  },
  // programs with a database or a cluster behind them
  { kind: 'error', weight: 78, pattern: /^(?:FATAL|ERROR):\s{2}\S/u, extent: indented },
  { kind: 'error', weight: 76, pattern: /^Error from server/u },
];
