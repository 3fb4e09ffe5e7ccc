import {
  goroutines,
  indented,
  javaStack,
  phpStack,
  pythonTraceback,
  rustPanic,
  sanitizer,
} from '../extents.js';
import type { Rule } from '../rule.js';

/** Programs that died: panics, crashes, memory, and what sanitizers found. */
export const PANIC_RULES: readonly Rule[] = [
  { kind: 'timeout', weight: 96, pattern: /^panic: test timed out after /u, extent: goroutines },
  { kind: 'panic', weight: 94, pattern: /^panic: /u, extent: goroutines },
  {
    kind: 'memory',
    weight: 96,
    pattern: /^fatal error: runtime: (?:out of memory|cannot allocate memory)/u,
    extent: goroutines,
  },
  {
    kind: 'panic',
    weight: 93,
    pattern: /^fatal error: (?:all goroutines|concurrent map|stack overflow|unexpected signal)/u,
    extent: goroutines,
  },
  { kind: 'panic', weight: 92, pattern: /^thread '[^']*'(?: \(\d+\))? panicked at /u, extent: rustPanic },
  { kind: 'panic', weight: 95, pattern: /^(?:==\d+==\s?)?ERROR: \w+Sanitizer: /u, extent: sanitizer },
  {
    kind: 'panic',
    weight: 93,
    pattern: /^(?:==\d+==\s?)?WARNING: (?:ThreadSanitizer|MemorySanitizer|DATA RACE)/u,
    extent: sanitizer,
  },
  { kind: 'panic', weight: 88, pattern: /^\S+:\d+:\d+: runtime error: /u },
  { kind: 'panic', weight: 84, pattern: /^==\d+== (?:Invalid (?:read|write|free)|Process terminating)/u },
  {
    kind: 'panic',
    weight: 86,
    pattern:
      /^(?:\S+: line \d+:\s+\d+ |\S+: )?(?:Segmentation fault|Bus error|Illegal instruction|Floating point exception|Aborted|Trace\/breakpoint trap)(?: \(core dumped\))?(?:$|\s{2,})/u,
  },
  { kind: 'panic', weight: 90, pattern: /^terminate called (?:after|without)/u, extent: indented },
  { kind: 'panic', weight: 82, pattern: /^# (?:A fatal error has been detected|SIG\w+ \(0x)/u },
  { kind: 'panic', weight: 88, pattern: /^Fatal Python error: /u },
  { kind: 'assertion', weight: 92, pattern: /: Assertion [`'].*' failed\.?/u },
  // memory, whoever says it
  {
    kind: 'memory',
    weight: 96,
    pattern: /^(?:\[\s*[\d.]+\] )?(?:Out of memory|Memory cgroup out of memory): Kill/u,
  },
  { kind: 'memory', weight: 95, pattern: /JavaScript heap out of memory/u },
  { kind: 'memory', weight: 94, pattern: /java\.lang\.OutOfMemoryError/u, extent: javaStack },
  {
    kind: 'memory',
    weight: 93,
    pattern: /\b(?:fatal error|error): Killed (?:signal terminated program|\(program)/u,
  },
  {
    kind: 'memory',
    weight: 90,
    pattern:
      /\b(?:virtual memory exhausted|std::bad_alloc|Cannot allocate memory|memory allocation of \d+ bytes failed)/u,
  },
  { kind: 'memory', weight: 84, pattern: /^(?:\S+: line \d+:\s+\d+ |\S+: line \d+: )?Killed(?:$|\s{2,})/u },
  { kind: 'memory', weight: 80, pattern: /\b(?:oom-?kill(?:er|ed)?|OOMKilled)\b/u },
  // tracebacks
  {
    kind: 'traceback',
    weight: 86,
    pattern: /^Traceback \(most recent call last\):/u,
    extent: pythonTraceback,
  },
  { kind: 'traceback', weight: 86, pattern: /^\s{0,2}File "[^"]+", line \d+$/u, extent: pythonTraceback },
  { kind: 'traceback', weight: 86, pattern: /^Exception in thread "/u, extent: javaStack },
  {
    kind: 'traceback',
    weight: 78,
    pattern: /^(?:\[ERROR\] )?(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)(?::|$)/u,
    extent: javaStack,
  },
  {
    kind: 'traceback',
    weight: 88,
    pattern: /^\S+\.rb:\d+:in [`'].*: .*\([A-Z]\w*(?:::\w+)*\)$/u,
    extent: indented,
  },
  { kind: 'traceback', weight: 60, pattern: /^rake aborted!/u, extent: indented },
  { kind: 'traceback', weight: 90, pattern: /^(?:PHP )?Fatal error:\s/u, extent: phpStack },
  {
    kind: 'traceback',
    weight: 84,
    pattern: /^Unhandled (?:exception|promise rejection|rejection)/iu,
    extent: indented,
  },
  {
    kind: 'traceback',
    weight: 82,
    pattern: /^\*\* \((?:\w+\.)*\w+(?:Error|Exception)?\) /u,
    extent: indented,
  },
];
