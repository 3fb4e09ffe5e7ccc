import { CheckRefused, CheckRetry, type CommentApi, CommentGone } from '../../src/checks/ports.js';

/** What happens to a request. */
export type CommentTurn = 'ok' | 'lost' | 'answer_lost' | 'locked';

export interface ScriptedComments extends CommentApi {
  /** What stands on the pull request now. */
  readonly comments: { readonly id: number; body: string }[];
  /** `create`, `update`, `find`, in order. */
  readonly requests: string[];
  /** For the next requests, in order; then all is well. */
  script(...turns: CommentTurn[]): void;
}

export function scriptedComments(): ScriptedComments {
  let lastId = 700;
  let turns: CommentTurn[] = [];
  const comments: ScriptedComments['comments'] = [];
  const requests: string[] = [];

  async function travel<T>(name: string, act: () => T): Promise<T> {
    requests.push(name);
    const turn = turns.shift() ?? 'ok';
    await Promise.resolve();
    if (turn === 'locked') throw new CheckRefused('403');
    if (turn === 'lost') throw new CheckRetry('lost', { uncertain: true });
    const result = act();
    if (turn === 'answer_lost') throw new CheckRetry('lost', { uncertain: true });
    return result;
  }

  return {
    comments,
    requests,
    script: (...more) => {
      turns = [...turns, ...more];
    },
    create: (_repository, _pull, body) =>
      travel('create', () => {
        lastId += 1;
        comments.push({ id: lastId, body });
        return { id: lastId };
      }),
    update: (_repository, id, body) =>
      travel('update', () => {
        const found = comments.find((one) => one.id === id);
        if (found === undefined) throw new CommentGone('404');
        found.body = body;
      }),
    find: (_repository, _pull, marker) =>
      travel('find', () => comments.find(({ body }) => body.startsWith(marker))?.id),
  };
}
