import type { Database } from './database.js';

const PULL_SCOPE = /^pull:(\d+)$/;

/** In the transaction that changes the run: what changes is a comment that will be looked at. */
export async function markComment(tx: Database, run: number): Promise<void> {
  const place = await pullOf(tx, run);
  if (place !== undefined) await upsertComment(tx, place);
}

/** The pull request of a run; undefined: it has none. */
export async function pullOf(
  db: Database,
  run: number,
): Promise<{ readonly repository: number; readonly pull: number } | undefined> {
  const row = await db
    .selectFrom('runs')
    .select(['repository_id', 'scope'])
    .where('id', '=', run)
    .executeTakeFirst();
  const pull = PULL_SCOPE.exec(row?.scope ?? '')?.[1];
  return row === undefined || pull === undefined
    ? undefined
    : { repository: row.repository_id, pull: Number(pull) };
}

export async function upsertComment(
  tx: Database,
  { repository, pull }: { readonly repository: number; readonly pull: number },
): Promise<void> {
  await tx
    .insertInto('comments')
    .values({
      repository_id: repository,
      pull,
      github_id: null,
      creating: 0,
      deleted_for: null,
      answers_json: '[]',
      wanted: 1,
      sent: 0,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['repository_id', 'pull'])
        .doUpdateSet((e) => ({ wanted: e('comments.wanted', '+', 1) })),
    )
    .execute();
}
