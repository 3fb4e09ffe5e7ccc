import type {
  Comments,
  Permissions,
  Reactions,
  Replies,
  Role,
  Written,
} from '../../../src/handlers/ports.js';
import type { Comment } from '../../../src/runs/incoming.js';
import { repository } from '../../runs/house.js';

export const PULL = 3;

/** What people and we say to each other on GitHub. */
export class Talk {
  readonly roles = new Map<string, Role>([
    ['alice', 'write'],
    ['reader', 'read'],
    ['nobody', 'none'],
  ]);
  readonly comments = new Map<number, Written>();
  /** Of any comment, in order. */
  readonly reacted: string[] = [];
  readonly answers: Parameters<Replies['say']>[2][] = [];
  /** GitHub does not take reactions. */
  away = false;

  readonly edges: {
    readonly comments: Comments;
    readonly permissions: Permissions;
    readonly reactions: Reactions;
    readonly replies: Replies;
  } = {
    comments: { read: (_, id) => Promise.resolve(this.comments.get(id)) },
    permissions: { of: (_, login) => Promise.resolve(this.roles.get(login) ?? 'read') },
    reactions: {
      add: async (_, comment, content) => {
        if (this.away) throw new Error('502');
        if (!this.reacted.includes(`${String(comment)} ${content}`))
          this.reacted.push(`${String(comment)} ${content}`);
      },
    },
    replies: { say: (_, __, answer) => Promise.resolve(void this.answers.push(answer)) },
  };

  /** Writes a comment. @returns what the webhook leaves of it */
  write(body: string, by = 'alice', at = 500): Comment {
    const comment = this.comments.size + 1;
    this.comments.set(comment, { by, body });
    return {
      kind: 'comment',
      delivery: `c${String(comment)}`,
      repository,
      pull: PULL,
      comment,
      by,
      body,
      at,
    };
  }

  words(): readonly string[] {
    return this.answers.map(({ words }) => words);
  }
}
