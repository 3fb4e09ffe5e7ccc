/** What is said to somebody who asked on a pull request. */
export interface Answer {
  /** GitHub's id of the comment that asked. */
  readonly comment: number;
  /** The place among the commands of that comment, from 0: with `comment` it names the question. */
  readonly place: number;
  /** GitHub login. */
  readonly by: string;
  /** As it was typed, on one line: `/why integration (node=20)`. Theirs, not ours: to be escaped. */
  readonly command: string;
  /** Plain text, no Markdown; lines by `\n`, of which none begins with a slash. */
  readonly words: string;
}
