/** Whatever says this is tried again: what comes of it is said later. */
const RETRIED =
  /\bretry(?:ing)?\b|\bwill (?:be )?retr|\btry(?:ing)? again\b|\battempt \d+ ?(?:of|\/) ?\d+|\bwaiting for\b/iu;

const NOISE: readonly RegExp[] = [
  // Tests that passed, whatever they are called.
  /^\s*(?:✓|✔|√|ok\s+\d|ok\s+\S+\s+[\d(]|PASS(?:ED)?\b|--- PASS|--- SKIP|\[\s+(?:OK|PASSED)\s+\])|\.\.\. (?:ok|ignored)$|\bPASSED\b/u,
  /# (?:TODO|SKIP)\b/iu,
  // Commands that are shown before they run: with their options, and the names of files.
  /^\s*(?:\++|\$|>|#) \S/u,
  /^\s*(?:\S*\/)?(?:\w+-)*(?:gcc|g\+\+|cc|c\+\+|clang(?:\+\+)?|javac|rustc|libtool|ar|ld|rm|cp|mkdir|tsc|eslint)(?:-[\d.]+)?:? -{1,2}\w/u,
  // What warns or informs.
  /^\s*(?:\[?(?:WARN(?:ING)?|INFO|DEBUG|TRACE|NOTICE)\]?:?\s|\[(?:warn|info|debug)\]|npm (?:WARN|warn|notice)|(?:W|I|D)\/|hint: |note: |warning\b)/u,
  /: warning(?: \w+)?: |\blevel=(?:warn|info|debug)|"level":"(?:warn|info|debug)|^\S+ \[?(?:INFO|WARN(?:ING)?|DEBUG|TRACE)\]?\b/u,
  /^.{0,40}\b(?:INFO|DEBUG|WARN(?:ING)?)\b(?!.*\b(?:panic|Exception in thread))/u,
  // What was to be.
  /\((?:ignored|expected|non-fatal|allowed)\)|\bignoring\b|\bignored\b|\bexpected (?:error|failure|exception)|\bas expected\b|\bintentional/iu,
  // Words of ours.
  /^— run again by /u,
];

const NONE =
  /\b(?:0|no|zero) (?:\w+ )?(?:errors?|failures?|failed|failing|fail|problems?|vulnerabilities)\b|\b(?:errors?|failures?|failed|fail)\W{1,3}0\b/iu;
const SOME =
  /\b[1-9]\d* (?:\w+ )?(?:errors?|failures?|failed|failing|problems?)\b|\b(?:errors?|failures?|failed)\W{1,3}[1-9]/iu;

/** What begins with these is none, although it warns by its words. */
const NEVER_NOISE = /^(?:==\d+==)?WARNING: (?:DATA RACE|\w+Sanitizer)/u;

/** A line that speaks of errors and is no sign of one. */
export function isNoise(line: string): boolean {
  if (NEVER_NOISE.test(line)) return false;
  return NOISE.some((pattern) => pattern.test(line)) || (NONE.test(line) && !SOME.test(line));
}

/** Whether what the line tells of is tried once more. */
export function isRetried(line: string): boolean {
  return RETRIED.test(line);
}

/**
 * Anything that a rule could mean, in lower case: most lines have none of these, and cost no more than this. Looked
 * for one by one: that is several times as fast as one pattern of all of them.
 */
const WORDS =
  `err fail because stdout|---- toomany panic exception trace fatal not|found not|ok not|known not|have
  denied no|such no|required no|matching no|rule no|space no|route no|basic refused reject assert ✗ ✘ ✖ ✕ × ● kill memory
  undefined can't cannot could unable time|out timed|out timeout unresolved unreachable unknown missing not|a| syntax fault
  dumped abort *** x509 certificate unbound too|many reset|by ld: ld.lld lnk require .go: .rb: conflict terminate eno eaddr
  emfile econn in|use hang|up directory exists read-only busy too|long executable bad| illegal invalid yn0 sanitizer
  race unavailable limit exit quota copy| add| expect file|" what|went coverage instruction duplicate multiple unhandled exec
  permitted thrown`
    .split(/\s+/u)
    .map((word) => word.replaceAll('|', ' '));
const MARKS = /^(?:E[\s:]|e: |\s*\d+\) |#\s|==\d)|:\d+:\d+:/u;

export function mayMatter(line: string): boolean {
  const lower = line.toLowerCase();
  return WORDS.some((word) => lower.includes(word)) || MARKS.test(line);
}
