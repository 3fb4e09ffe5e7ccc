/**
 * Commands of other bots in the same comments: we are silent about them, also where they look like one of ours.
 * https://prow.k8s.io/command-help, https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/using-slash-commands
 */
const FOREIGN = new Set(
  `area assign auto-cc backport bark bot bugzilla build cc check-cla check-dco cherry-pick cherrypick close code
  committee cve details duplicate easycla ecosystem feature fix format fmt good-first-issue helm help-wanted hold honk
  invite jira joke kind label language lgtm lifecycle link-issue lint lock markdown meow merge milestone move ok
  override owner pin pony priority project rebase release-note remove reopen request-review retitle reviewers run
  saved-replies shrug sig skip squash stale table tasklist team template todo transfer transfer-issue triage
  unassign uncc unhold unlock unpin update verify-owners wg wip woof`.split(/\s+/),
);

/** What others' bots take off again is not ours either: `/remove-hold`, `/remove-help`. */
const OPPOSITE = /^(?:remove|un|no)-/;

/** Prow's own uses of words that are ours too: `/approve no-issue`, `/test ?`. */
const FOREIGN_USE: Readonly<Record<string, RegExp>> = {
  approve: /^(?:no-issue|cancel)$/i,
  test: /^\?$/,
};

/** @param word in lower case, without the slash */
export function isForeign(word: string, rest: string): boolean {
  return FOREIGN.has(word) || OPPOSITE.test(word) || FOREIGN_USE[word]?.test(rest) === true;
}
