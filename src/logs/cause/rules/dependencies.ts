import { indented, npmLines, paragraph } from '../extents.js';
import type { Rule } from '../rule.js';

/** What is needed and was not to be had: packages, images, modules, repositories. */
export const DEPENDENCY_RULES: readonly Rule[] = [
  // npm, yarn, pnpm
  {
    kind: 'dependency',
    weight: 84,
    pattern: /^npm (?:ERR!|error) code (?!ELIFECYCLE\b)E[A-Z0-9]+/u,
    extent: npmLines,
  },
  {
    kind: 'dependency',
    weight: 84,
    pattern: /^npm (?:ERR!|error) (?:Missing script|missing script|404 |notarget|Unsupported engine)/u,
    extent: npmLines,
  },
  {
    kind: 'dependency',
    weight: 82,
    pattern:
      /^error Couldn't find |^error An unexpected error occurred: |^error .+ is incompatible with this module|^error Your lockfile needs/u,
  },
  {
    kind: 'dependency',
    weight: 82,
    pattern: /^➤ YN0(?!000)\d{3}: [│┌└]?\s*(?:\S+.*(?:not found|No candidates|couldn't|would have been))/u,
  },
  { kind: 'dependency', weight: 84, pattern: /^\s?ERR_PNPM_\w+/u, extent: indented },
  {
    kind: 'dependency',
    weight: 88,
    pattern:
      /^(?:\w*Error: )?(?:Cannot find module|Module not found: |Cannot find package|Could not resolve ["'])/u,
    extent: indented,
  },
  // pip, poetry, conda
  {
    kind: 'dependency',
    weight: 86,
    pattern:
      /^ERROR: (?:Could not find a version|Cannot install|ResolutionImpossible|Could not open requirements)/u,
  },
  { kind: 'dependency', weight: 70, pattern: /^ERROR: No matching distribution found/u },
  {
    kind: 'dependency',
    weight: 48,
    pattern: /^\s*(?:error: subprocess-exited-with-error|× .* did not run successfully)/u,
    extent: indented,
  },
  { kind: 'dependency', weight: 45, pattern: /^\s*(?:ERROR: )?Failed (?:building wheel|to build)/u },
  {
    kind: 'dependency',
    weight: 84,
    pattern: /^(?:SolverProblemError|ResolvePackageNotFound|PackagesNotFoundError)/u,
    extent: indented,
  },
  {
    kind: 'dependency',
    weight: 84,
    pattern: /^\s*Because (?:no versions of|\S+ .*depends on)/u,
    extent: paragraph,
  },
  // the JVM's
  {
    kind: 'dependency',
    weight: 84,
    pattern:
      /(?:Could not resolve dependencies for|Could not find artifact|Could not transfer artifact|Non-resolvable (?:parent|import) POM)/u,
  },
  {
    kind: 'dependency',
    weight: 84,
    pattern: /^\s*> Could not (?:resolve|find|GET|determine) /u,
    extent: indented,
  },
  // go, cargo, bundler, composer
  {
    kind: 'dependency',
    weight: 86,
    pattern:
      /: (?:no required module provides package|missing go\.sum entry|cannot find module providing|reading \S+\/go\.mod)/u,
  },
  {
    kind: 'dependency',
    weight: 84,
    pattern:
      /^go: (?!downloading|finding|found|added|upgraded|extracting).*(?:errors|invalid|unknown|not found|no matching|requires|updates to go\.mod|inconsistent)/u,
  },
  {
    kind: 'dependency',
    weight: 86,
    pattern:
      /^error: (?:failed to (?:select a version|get|load|parse manifest|download)|no matching package|the lock file)/u,
    extent: indented,
  },
  {
    kind: 'dependency',
    weight: 85,
    pattern:
      /^(?:Could not find gem|Bundler could not find|Could not find \S+ in (?:locally|any)|Bundler::\w+)/u,
  },
  { kind: 'dependency', weight: 84, pattern: /Your requirements could not be resolved/u, extent: indented },
  // the distributions'
  {
    kind: 'dependency',
    weight: 86,
    pattern:
      /^E: (?:Unable to locate package|Package '.*' has no|Version '.*' for|Unable to correct|The repository)/u,
  },
  { kind: 'dependency', weight: 60, pattern: /^E: /u },
  { kind: 'dependency', weight: 86, pattern: /^ERROR: unable to select packages:/u, extent: indented },
  {
    kind: 'dependency',
    weight: 84,
    pattern: /^(?:Error: )?(?:Unable to find a match:|No package \S+ available|No match for argument)/u,
  },
  // images
  {
    kind: 'dependency',
    weight: 86,
    pattern:
      /\b(?:manifest unknown|pull access denied|manifest for \S+ not found|repository does not exist or may require)/u,
  },
  { kind: 'dependency', weight: 88, pattern: /^(?:COPY|ADD) failed: /u },
  {
    kind: 'dependency',
    weight: 86,
    pattern: /failed to (?:compute cache key|calculate checksum).*: not found/u,
  },
  {
    kind: 'build',
    weight: 88,
    pattern: /(?:Dockerfile parse error|dockerfile parse error|unknown instruction: )/u,
  },
  // git
  {
    kind: 'dependency',
    weight: 84,
    pattern:
      /^(?:fatal|ERROR): (?:repository '|Repository not found|couldn't find remote ref|Remote branch)/u,
  },
  { kind: 'dependency', weight: 80, pattern: /^error: pathspec '/u },
  { kind: 'error', weight: 82, pattern: /^CONFLICT \(/u },
  { kind: 'dependency', weight: 84, pattern: /^\S*: error while loading shared libraries: /u },
  { kind: 'dependency', weight: 78, pattern: /version [`']\S+' not found \(required by/u },
  { kind: 'error', weight: 66, pattern: /^fatal: /u, extent: paragraph },
];
