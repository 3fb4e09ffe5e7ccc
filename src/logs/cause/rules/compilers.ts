import { indented, paragraph, sourceFrame } from '../extents.js';
import type { Rule } from '../rule.js';

/** Compilers, linters that speak like them, and linkers: the place and what is wrong there. */
export const COMPILER_RULES: readonly Rule[] = [
  // gcc, clang, swiftc, cppcheck, javac: `src/a.c:3:5: error: …`
  {
    kind: 'compiler',
    weight: 90,
    pattern: /^\S[^:]*\.\w+:\d+(?::\d+)?: (?:fatal |internal compiler )?error(?:\[\w+\])?: /u,
    extent: sourceFrame,
  },
  // tsc, dotnet, msbuild: `src/a.ts(3,1): error TS2304: …`, `src/a.ts:3:1 - error TS2304: …`
  {
    kind: 'compiler',
    weight: 90,
    pattern: /^\s*\S[^:(]*(?:\(\d+(?:,\d+)*\):|:\d+:\d+ -) (?:fatal )?error [A-Z]+\d+: /u,
    extent: indented,
  },
  { kind: 'compiler', weight: 88, pattern: /^error TS\d+: /u },
  // rustc: `error[E0308]: mismatched types`, and below it ` --> src/main.rs:3:5`
  { kind: 'compiler', weight: 90, pattern: /^error\[E\d+\]: /u, extent: paragraph },
  {
    kind: 'compiler',
    weight: 84,
    pattern:
      /^error: (?!could not compile|aborting due|test failed|linking with|process didn't|command |failed to run)(?:cannot find|unused|expected|unexpected|unresolved|no rules|mismatched|this file|unknown|use of|variable|missing|lifetime|macro|format argument)/u,
    extent: paragraph,
  },
  // go build, go vet, golangci-lint: `./main.go:5:2: undefined: x`
  { kind: 'compiler', weight: 88, pattern: /^(?:vet: )?\S+\.go:\d+:\d+: (?!warning)\S/u },
  // maven: `[ERROR] /src/Foo.java:[5,10] cannot find symbol`
  {
    kind: 'compiler',
    weight: 90,
    pattern: /^\[ERROR\] \S+:\[\d+(?:,\d+)?\] /u,
    extent: (line) => (/^\[ERROR\]\s{2,}\S/u.test(line) ? 'in' : 'out'),
  },
  // kotlinc: `e: file:///src/Foo.kt:5:3 Unresolved reference`
  { kind: 'compiler', weight: 90, pattern: /^e: \S+\.kts?:/u },
  // scalac under sbt: `[error] /src/Foo.scala:5:3: not found: value x`
  {
    kind: 'compiler',
    weight: 90,
    pattern: /^\[error\] \S+\.(?:scala|java):\d+/u,
    extent: (line) => (/^\[error\]\s{2,}/u.test(line) ? 'in' : 'out'),
  },
  // eslint, stylelint: `  3:5  error  'x' is not defined  no-undef`
  { kind: 'compiler', weight: 85, pattern: /^\s+\d+:\d+\s+(?:error|✖)\s+\S/u },
  // webpack, rollup, esbuild, vite
  { kind: 'compiler', weight: 82, pattern: /^(?:ERROR in|Module build failed)\b/u, extent: paragraph },
  { kind: 'compiler', weight: 86, pattern: /^(?:✘|X) \[ERROR\] /u },
  { kind: 'compiler', weight: 84, pattern: /^(?:\[vite\]: Rollup failed|RollupError: |\[vite:\S+\] )/u },
  // ghc, elm, ocaml, php -l, perl, python -m py_compile
  { kind: 'compiler', weight: 88, pattern: /^\S+\.hs:\d+:\d+: error/u, extent: indented },
  { kind: 'compiler', weight: 88, pattern: /^(?:PHP )?Parse error:\s/u },
  { kind: 'compiler', weight: 84, pattern: /^syntax error at \S+ line \d+/u },
  // ruff, flake8, pylint, rubocop: a place with a code
  { kind: 'compiler', weight: 80, pattern: /^\S+\.(?:py|pyi):\d+:\d+: (?:error: |[EFWCR]\d{3,4}\b)/u },
  { kind: 'compiler', weight: 86, pattern: /^\S+\.pyi?:\d+(?::\d+)?: error: /u },
  { kind: 'compiler', weight: 82, pattern: /^\S+\.rb:\d+:\d+: [EFC]: /u },
  // protoc, terraform, packer, helm
  {
    kind: 'build',
    weight: 82,
    pattern: /^(?:│ )?Error: (?!Process completed|Command failed)/u,
    extent: indented,
  },
  { kind: 'compiler', weight: 86, pattern: /^\S+\.proto:\d+:\d+: \S/u },
  // linkers
  { kind: 'linker', weight: 88, pattern: /: undefined reference to [`'"]/u },
  {
    kind: 'linker',
    weight: 88,
    pattern:
      /\bld(?:\.\w+)?(?:: error)?: (?:cannot find -l|undefined symbol|library not found|unable to find library|duplicate symbol|symbol\(s\) not found)/u,
  },
  { kind: 'linker', weight: 89, pattern: /^Undefined symbols for architecture /u, extent: indented },
  { kind: 'linker', weight: 88, pattern: /: multiple definition of [`']/u },
  { kind: 'linker', weight: 86, pattern: /^\S+: (?:fatal )?error LNK\d+: /u },
  { kind: 'linker', weight: 76, pattern: /^error: linking with \S+ failed: /u, extent: indented },
];
