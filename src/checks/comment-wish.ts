import type { CheckSubject, StickyComment } from './ports.js';

/** When a pull request gets its comment. Once it is there it is kept true; who asks is answered always. */
export type CommentMode = 'always' | 'on-failure' | 'never';

export type CommentWish =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'say';
      /** The run that it shows; undefined: none. */
      readonly subject: CheckSubject | undefined;
      /** What it shows will not change by itself. */
      readonly isFinal: boolean;
    };

const NOTHING: CommentWish = { kind: 'nothing' };

/** @param subjects the newest runs of the pull request, newest first */
export function commentWish(
  comment: StickyComment,
  subjects: readonly CheckSubject[],
  mode: CommentMode,
): CommentWish {
  const newest = newestSubject(subjects);
  const isThere = comment.githubId !== undefined || comment.creating;
  const isUnwanted = !isThere && newest !== undefined && comment.deletedFor === newest.trigger.sha;
  const subject = mode === 'never' || isUnwanted ? undefined : newest;
  const appears = subject !== undefined && (isThere || deserves(subject, mode));
  if (!appears && comment.answers.length === 0) {
    return NOTHING;
  }
  const isFinal = subject === undefined || subject.progress.run.status === 'completed';
  return { kind: 'say', subject, isFinal };
}

/** The run of the head. One that came late is superseded by an older one: it is not that. */
export function newestSubject(subjects: readonly CheckSubject[]): CheckSubject | undefined {
  return subjects.find((one) => !wasSuperseded(one)) ?? subjects[0];
}

function wasSuperseded({ progress: { run } }: CheckSubject): boolean {
  return (
    run.status === 'completed' && run.conclusion === 'cancelled' && run.reason.startsWith('superseded by ')
  );
}

function deserves({ progress: { run } }: CheckSubject, mode: CommentMode): boolean {
  if (run.status !== 'completed') {
    return false;
  }
  return mode === 'always' || run.conclusion === 'failure' || run.conclusion === 'timed_out';
}
