import type { Migration } from 'kysely';
import { createRuns } from './migrations/001-runs.js';
import { createDepot } from './migrations/002-depot.js';
import { createGroups } from './migrations/003-groups.js';
import { createScopes } from './migrations/004-scopes.js';
import { createComments } from './migrations/005-comments.js';
import { createCauses } from './migrations/006-causes.js';
import { createSessions } from './migrations/007-sessions.js';
import { createHistory } from './migrations/008-history.js';
import { createFilters } from './migrations/009-filters.js';
import { createPasses } from './migrations/010-passes.js';
import { createTraces } from './migrations/012-traces.js';
import { createChoosy } from './migrations/013-choosy.js';
import type { Dialect } from './schema.js';

/** In the order of their names. One that was released is never changed. */
export function migrations(dialect: Dialect): Record<string, Migration> {
  return {
    '001-runs': createRuns(dialect),
    '002-depot': createDepot(dialect),
    '003-groups': createGroups(dialect),
    '004-scopes': createScopes(),
    '005-comments': createComments(dialect),
    '006-causes': createCauses(dialect),
    '007-sessions': createSessions(dialect),
    '008-history': createHistory(dialect),
    '009-filters': createFilters(dialect),
    '010-passes': createPasses(),
    '012-traces': createTraces(dialect),
    '013-choosy': createChoosy(),
  };
}
