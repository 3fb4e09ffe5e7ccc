import type { Route } from '../http/route.js';
import { appRoutes } from './app.js';
import { appManifestRoutes } from './app-manifests.js';
import { checkRunRoutes } from './check-runs.js';
import { checkSuiteRoutes } from './check-suites.js';
import { commentRoutes } from './comments.js';
import { commitRoutes } from './commits.js';
import { comparisonRoutes } from './comparisons.js';
import { contentRoutes } from './contents.js';
import { gitDatabaseRoutes } from './git-database.js';
import { hookDeliveryRoutes } from './hook-deliveries.js';
import { installationRoutes } from './installation.js';
import { pullRoutes } from './pulls.js';
import { repositoryRoutes } from './repositories.js';
import { userRoutes } from './user.js';

/** Every operation that is answered here; one file for each resource. */
export const routes: readonly Route[] = [
  ...appRoutes,
  ...appManifestRoutes,
  ...checkRunRoutes,
  ...checkSuiteRoutes,
  ...commentRoutes,
  ...commitRoutes,
  ...comparisonRoutes,
  ...contentRoutes,
  ...gitDatabaseRoutes,
  ...hookDeliveryRoutes,
  ...installationRoutes,
  ...pullRoutes,
  ...repositoryRoutes,
  ...userRoutes,
];
