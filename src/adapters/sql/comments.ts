import type { CommentStore, StickyComment, Thread } from '../../checks/ports.js';
import { pullOf, upsertComment } from './comment-rows.js';
import type { Database } from './database.js';
import { fromRepository, selectRuns, toRecord, toRepository } from './rows.js';

/** What a comment has room for, and people read. */
const MOST_ANSWERS = 5;

/** The newest may be one that came late and was superseded before it began. */
const MOST_SUBJECTS = 5;

export function commentStore(db: Database): CommentStore {
  const comment = ({ repository, pull }: Pick<Thread, 'repository' | 'pull'>) =>
    db.updateTable('comments').where('repository_id', '=', repository).where('pull', '=', pull);
  return {
    dirty: () => dirty(db).execute(),
    async dirtyOf(run) {
      const place = await pullOf(db, run);
      return place === undefined
        ? []
        : await dirty(db)
            .where('repository_id', '=', place.repository)
            .where('pull', '=', place.pull)
            .execute();
    },
    load: (thread) => load(db, thread),
    async subjects({ repository, pull }) {
      const rows = await selectRuns(db)
        .where('runs.repository_id', '=', repository)
        .where('runs.scope', '=', `pull:${pull}`)
        .orderBy('runs.id', 'desc')
        .limit(MOST_SUBJECTS)
        .execute();
      return rows.map(toRecord).map(({ id, ...run }) => ({ run: id, ...run }));
    },
    async creating(thread) {
      await comment(thread).set({ creating: 1 }).execute();
    },
    async sent(thread, githubId, wanted) {
      const made = githubId === undefined ? {} : { github_id: githubId, creating: 0, deleted_for: null };
      await comment(thread)
        .set({ sent: wanted, ...made })
        .execute();
    },
    async deleted(thread, sha) {
      const { answers = [], sent = 0 } = (await load(db, thread)) ?? {};
      const unsaid = JSON.stringify(answers.filter(({ since }) => since > sent));
      await comment(thread)
        .set({ github_id: null, creating: 0, deleted_for: sha, answers_json: unsaid })
        .execute();
    },
    answer: (repository, pull, answer) =>
      db.transaction().execute(async (tx) => {
        // A pull request may be asked about before anything of its repository ran.
        await tx
          .insertInto('repositories')
          .values(fromRepository(repository))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
        const thread = { repository: repository.id, pull };
        const isAnswered = (known: StickyComment | undefined): boolean =>
          known?.answers.some((one) => one.comment === answer.comment && one.place === answer.place) === true;
        if (isAnswered(await load(tx, thread))) return;
        // On PostgreSQL it keeps others from answering meanwhile; who was first is seen after.
        await upsertComment(tx, thread);
        const known = await load(tx, thread);
        if (isAnswered(known)) return;
        const { answers: before = [], wanted: since = 1 } = known ?? {};
        const answers = [...before, { ...answer, since }].slice(-MOST_ANSWERS);
        await tx
          .updateTable('comments')
          .set({ answers_json: JSON.stringify(answers) })
          .where('repository_id', '=', repository.id)
          .where('pull', '=', pull)
          .execute();
      }),
  };
}

function dirty(db: Database) {
  return db
    .selectFrom('comments')
    .innerJoin('repositories', 'repositories.id', 'comments.repository_id')
    .whereRef('sent', '<', 'wanted')
    .select([
      'comments.repository_id as repository',
      'comments.pull',
      'repositories.installation_id as installationId',
    ]);
}

async function load(
  db: Database,
  { repository, pull }: Pick<Thread, 'repository' | 'pull'>,
): Promise<StickyComment | undefined> {
  const row = await db
    .selectFrom('comments')
    .innerJoin('repositories', 'repositories.id', 'comments.repository_id')
    .selectAll()
    .where('repository_id', '=', repository)
    .where('pull', '=', pull)
    .executeTakeFirst();
  return (
    row && {
      repository: toRepository(row),
      pull: row.pull,
      ...(row.github_id === null ? {} : { githubId: row.github_id }),
      creating: row.creating === 1,
      ...(row.deleted_for === null ? {} : { deletedFor: row.deleted_for }),
      answers: JSON.parse(row.answers_json) as StickyComment['answers'],
      wanted: row.wanted,
      sent: row.sent,
    }
  );
}
