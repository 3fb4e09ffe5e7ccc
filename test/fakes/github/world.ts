import type { Changes } from './changes.js';
import type { RateLimit } from './http/rate-limit.js';
import type { Requests } from './requests.js';
import type { Validators } from './schema/validators.js';
import type { State } from './state/state.js';
import type { Urls } from './urls.js';
import type { Violations } from './violations.js';
import type { Deliveries } from './webhooks/deliveries.js';

/** Everything that a request may need. */
export interface World {
  readonly state: State;
  readonly urls: Urls;
  readonly validators: Validators;
  readonly violations: Violations;
  readonly changes: Changes;
  readonly deliveries: Deliveries;
  readonly requests: Requests;
  readonly rateLimit: RateLimit;
  readonly settings: WorldSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a test may turn while it runs. */
export interface WorldSettings {
  /** Life of an installation token in milliseconds; GitHub's is an hour. */
  tokenLifeMs: number;
  /** Tell the App of a check suite for every push, as GitHub does for Apps that may write checks. */
  checkSuites: boolean;
  /** Who sits at the browser where an App wants somebody to sign in; absent: a page asks. */
  atTheBrowser?: string | undefined;
  /** Of a token that somebody signed in for; GitHub's is eight hours. */
  userTokenLifeMs: number;
}
