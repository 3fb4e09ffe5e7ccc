import {
  indented,
  indentedParagraphs,
  javaTest,
  nodeStack,
  paragraph,
  pytestError,
  tapDiagnosis,
  testReport,
} from '../extents.js';
import type { Rule } from '../rule.js';

/** Tests that failed: the assertion before the name, the name before the file, the file before the count. */
export const TEST_RULES: readonly Rule[] = [
  {
    kind: 'timeout',
    weight: 92,
    pattern: /\b(?:Exceeded timeout of \d+ ?ms|Test timed out in \d+ ?ms|Timeout of \d+ ?ms exceeded)/u,
  },
  // go test
  { kind: 'test', weight: 86, pattern: /^\s*--- FAIL: /u, extent: indentedParagraphs },
  { kind: 'test', weight: 40, pattern: /^FAIL\t\S+(?:\s+\[build failed\]|\s+\[setup failed\])?/u },
  // pytest, unittest
  { kind: 'assertion', weight: 92, pattern: /^E\s{2,}\S/u, extent: pytestError },
  { kind: 'test', weight: 70, pattern: /^(?:FAILED|ERROR) \S+\.py(?:::\S+)?/u },
  { kind: 'test', weight: 80, pattern: /^(?:FAIL|ERROR): \w+ \([\w.]+\)/u },
  // jest, vitest, mocha, node --test, ava
  { kind: 'test', weight: 88, pattern: /^\s{0,4}● (?!Console)\S.*(?:›|$)/u, extent: testReport },
  {
    kind: 'assertion',
    weight: 89,
    pattern: /^\s*(?:→ )?(?:Uncaught )?AssertionError(?: \[ERR_ASSERTION\])?: /u,
    extent: paragraph,
  },
  {
    kind: 'assertion',
    weight: 84,
    pattern: /^\s*(?:→ )?expected .+ to (?:be|equal|have|deeply|match|throw|strictly|contain|include)\b/u,
  },
  { kind: 'test', weight: 72, pattern: /^\s*(?:✕|✗|✖|×|✘) (?!failing tests|\d+ (?:problem|error))\S/u },
  { kind: 'test', weight: 68, pattern: /^\s*(?:FAIL|❯)\s{1,2}\S+\.[cm]?[jt]sx?\b/u },
  // mocha, rspec, phpunit, minitest: `  1) Calculator adds`
  { kind: 'test', weight: 85, pattern: /^\s{0,2}\d+\) (?!passed|skipped)\S/u, extent: testReport },
  { kind: 'test', weight: 62, pattern: /^\s{3,}\d+\) \S/u },
  { kind: 'test', weight: 45, pattern: /^rspec \.\/\S+:\d+ # /u },
  // JUnit by maven and gradle
  { kind: 'test', weight: 90, pattern: /^\[ERROR\] \S+(?: \S+)* <<< (?:FAILURE|ERROR)!$/u, extent: javaTest },
  { kind: 'test', weight: 50, pattern: /^\[ERROR\] Tests run: /u },
  { kind: 'test', weight: 74, pattern: /^\[ERROR\]\s{3}\S+[.:]\S+:\d+/u },
  { kind: 'test', weight: 90, pattern: /^\S+ > \S.* FAILED$/u, extent: indented },
  {
    kind: 'assertion',
    weight: 88,
    pattern: /(?:AssertionFailedError|ComparisonFailure|AssertionError): /u,
    extent: nodeStack,
  },
  // cargo test
  { kind: 'test', weight: 70, pattern: /^test \S+ (?:- .*)?\.\.\. FAILED/u },
  { kind: 'test', weight: 74, pattern: /^---- \S+ stdout ----/u },
  // TAP
  { kind: 'test', weight: 84, pattern: /^\s*not ok\b(?!.*# (?:TODO|SKIP)\b)/iu, extent: tapDiagnosis },
  // googletest, catch2, ctest
  { kind: 'assertion', weight: 90, pattern: /^\S+:\d+: Failure$/u, extent: paragraph },
  { kind: 'assertion', weight: 88, pattern: /^\S+:\d+: FAILED:/u, extent: indented },
  { kind: 'test', weight: 72, pattern: /^\[ {2}FAILED {2}\] \S/u },
  { kind: 'test', weight: 70, pattern: /^\s*\d+\/\d+ Test\s+#\d+: .*\*\*\*(?:Failed|Exception|Timeout)/u },
  // bats, dotnet, swift, playwright, cypress
  { kind: 'test', weight: 84, pattern: /^ ✗ \S/u, extent: indented },
  { kind: 'test', weight: 84, pattern: /^\s*Failed \S+ \[[<\d .]+m?s\]/u, extent: indented },
  { kind: 'assertion', weight: 88, pattern: /: error: -\[\S+ \S+\] : /u },
  { kind: 'assertion', weight: 84, pattern: /^\s*(?:Error: )?expect\(.*\)\.\w/u, extent: indentedParagraphs },
  {
    kind: 'assertion',
    weight: 80,
    pattern: /^(?:assertion failed|assert failed|ASSERT(?:ION)? FAIL)/iu,
    extent: indented,
  },
  // coverage and sizes that a tool was told to hold
  {
    kind: 'test',
    weight: 78,
    pattern: /(?:coverage threshold .* not met|Coverage failure: total of|FAIL Required test coverage)/iu,
  },
];
