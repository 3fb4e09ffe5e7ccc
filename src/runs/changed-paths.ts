import type { IntakeEvent, Logger, RepositoryHistory } from './ports.js';

/**
 * The paths that an event changed; undefined: not known, and then filters by path hold. What GitHub cannot
 * say is not known: a commit that a forced push took away, and a difference that is too large for it each
 * time, which would keep the check away for ever.
 */
export async function changedPaths(
  { repository, changes, delivery }: IntakeEvent,
  deps: { readonly history: RepositoryHistory; readonly logger: Logger },
): Promise<readonly string[] | undefined> {
  if (changes === undefined) return undefined;
  if (changes.kind === 'known') return changes.paths;
  const { base, head, forced } = changes;
  try {
    const came = await deps.history.changed(repository, base, head);
    const went = forced ? await deps.history.changed(repository, head, base) : [];
    return came === undefined || went === undefined ? undefined : [...came, ...went];
  } catch (err) {
    deps.logger.warn({ err, delivery, base, head }, 'changed paths are not known: filters by path hold');
    return undefined;
  }
}
