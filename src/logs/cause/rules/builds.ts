import { CONSEQUENCE } from '../cause.js';
import { indentedParagraphs, javaStack, nodeStack, paragraph } from '../extents.js';
import type { Rule } from '../rule.js';

/** What runs other programs, and how it says that it failed by itself. */
export const BUILD_RULES: readonly Rule[] = [
  { kind: 'build', weight: 86, pattern: /^g?make(?:\[\d+\])?: \*\*\* No rule to make target /u },
  { kind: 'build', weight: 88, pattern: /^\S+:\d+: \*\*\* (?!\[)/u },
  { kind: 'build', weight: 86, pattern: /^CMake Error(?: at |: )/u, extent: indentedParagraphs },
  { kind: 'build', weight: 88, pattern: /^configure: error: /u },
  { kind: 'build', weight: 88, pattern: /^(?:\S+\/)?meson\.build:\d+(?::\d+)?: ERROR: /u },
  { kind: 'build', weight: 86, pattern: /^ninja: error: /u },
  { kind: 'build', weight: 58, pattern: /^FAILED: \S/u },
  { kind: 'build', weight: 66, pattern: /^\* What went wrong:/u, extent: paragraph },
  { kind: 'build', weight: 40, pattern: /^FAILURE: Build failed with an exception/u },
  { kind: 'build', weight: 58, pattern: /^\[ERROR\] Failed to execute goal /u },
  { kind: 'build', weight: 38, pattern: /^\[ERROR\] COMPILATION ERROR/u },
  { kind: 'build', weight: 84, pattern: /^ERROR: \S+\/BUILD(?:\.bazel)?:\d+:\d+: /u },
  {
    kind: 'error',
    weight: 86,
    pattern: /^(?:\S+\/)?[\w.-]+\.ya?ml:\d+(?::\d+)?: (?:error|did not find|could not find)/iu,
  },
  { kind: 'error', weight: 84, pattern: /^fatal: \[[^\]]+\]: (?:FAILED|UNREACHABLE)! =>/u },
];

/** Words by which most programs begin what matters, less and less sure. */
export const GENERAL_RULES: readonly Rule[] = [
  {
    kind: 'traceback',
    weight: 80,
    pattern: /^(?:Uncaught )?(?:\w+\.)*[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?: /u,
    extent: nodeStack,
  },
  { kind: 'error', weight: 70, pattern: /^(?:\S+: )?(?:fatal|FATAL)(?: error)?: /u, extent: nodeStack },
  { kind: 'error', weight: 68, pattern: /^Error: /u, extent: nodeStack },
  { kind: 'error', weight: 64, pattern: /^(?:\S+: )?(?:error|ERROR)(?:\[\w+\])?: /u },
  {
    kind: 'traceback',
    weight: 55,
    pattern: /\b(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error): /u,
    extent: javaStack,
  },
  { kind: 'error', weight: 56, pattern: /^\[?(?:ERROR|FATAL|CRITICAL|SEVERE|ERR)\]?:?\s+\S/u },
  { kind: 'error', weight: 50, pattern: /\b(?:error|ERROR|Error): \S/u },
  {
    kind: 'error',
    weight: 48,
    pattern:
      /\blevel=(?:error|fatal|panic)\b|"level":"(?:error|fatal)"|^\S+ \[?(?:error|ERROR|FATAL|CRITICAL)\]?\b/u,
  },
  { kind: 'error', weight: 44, pattern: /\b(?:ERROR|FATAL|CRITICAL)\b/u },
  {
    kind: 'error',
    weight: 36,
    pattern: /\b(?:[Ff]ailed to|[Uu]nable to|[Cc]ould not|[Cc]annot|[Cc]an't) \w/u,
  },
  { kind: 'error', weight: 30, pattern: /\b(?:FAIL|FAILED|FAILURE)\b/u },
  { kind: 'error', weight: 24, pattern: /\b(?:failed|failure)\b(?![./-]\w)|\berror\b(?![./-]\w).*\d/iu },
];

/** What is said because something else was said before. */
export const CONSEQUENCE_RULES: readonly Rule[] = [
  /^g?make(?:\[\d+\])?: \*\*\* \[.*\] (?:Error|Killed|Segmentation|Terminated|Aborted)/u,
  /^ninja: build stopped/u,
  /^npm (?:ERR!|error) (?:code ELIFECYCLE|errno |Exit status|Failed at the |Lifecycle script|Test failed|code \d+|path |command |signal |workspace |A complete log|in workspace)/u,
  /^npm (?:ERR!|error)\s*(?:$|This is probably not|There is likely|\S+@\S+ \S+: )/u,
  /^error Command failed with (?:exit code|signal)/u,
  /ELIFECYCLE\s+Command failed/u,
  /^(?:\S+: )?(?:exit status|exit code:?|exited with(?: code)?|exited|Exit code|exit) \d+\.?$/iu,
  /\b(?:exited with (?:exit )?(?:code|status)|returned (?:a )?non-zero(?: exit)?(?: code| status)?|did not complete successfully: exit code|failed with (?:exit )?(?:code|status)|Process completed with exit code|Command failed with|finished with non-zero exit)\b/iu,
  /^collect2: error: |linker command failed with exit code|^error: could not compile |^error: aborting due to|^error: test failed, to rerun|^For more information about this error/u,
  /^(?:clang|gcc|cc1plus|cc1): (?:all warnings being treated|fatal error: no input|error: linker)/u,
  /\[ERROR\] (?:-> \[Help|To see the full|Re-run Maven|For more information|After correcting|\[Help|There are test failures|Please refer to|Failures: ?$|Errors: ?$|BUILD FAILURE)/u,
  /^(?:> )?(?:BUILD FAILED|Task \S+ FAILED|> Task \S+ FAILED|Execution failed for task)/u,
  /^(?:Found )?\d+ (?:errors?|warnings? and \d+ errors?|problems?)\b|^✖ \d+ problems?|^\d+ errors? generated|^\d+ tests? failed|^error: \d+ targets? failed/u,
  /^(?:Tests?:\s|Test Suites:|Tests run:|Failures: |# fail|Failed tests?|FAILED \(|FAIL$|FAILED$|FAILURES!|Failures:$|There (?:was|were) \d+ (?:failure|error)|The following tests FAILED|Errors while running CTest|failures:$|test result: FAILED|=+ .*\b(?:failed|FAILURES|ERRORS|errors?)\b.*=+$|_+ .* _+$)/u,
  /^\s*\d+ (?:failing|failed|examples?,|tests?,|passed)/u,
  /^-- Configuring incomplete|^CMake Error: CMake was unable|^See also "/u,
  /^The command '.*' returned|^ERROR: failed to (?:solve|build)|^failed to solve|^ERROR: process "/u,
  /^(?:error: command '.*' failed|ERROR: Service '.*' failed to build|script returned exit code|Error: Process completed)/u,
  /^(?:ERROR: )?(?:lerna ERR!|nx run |turbo: |\s*ERROR\s+run failed:|Command .* exited|Build failed|The build failed)/iu,
  /^Tasks: TOP|^\(See full trace/u,
].map((pattern): Rule => ({ kind: 'exit', weight: CONSEQUENCE, pattern }));
