import { scenario } from '../e2e/support/scenario.js';
import type { World } from '../e2e/support/world.js';
import type { CheckRun } from '../fakes/github/state/model.js';

const REPOSITORY = 'acme/shop';

/** What there is to look at, by path and query of its page. */
export interface Shop {
  readonly repository: string;
  /** A pull request's run: one cell of a matrix does not compile, the rest goes on. */
  readonly red: string;
  readonly redStage: string;
  /** A run that goes on until {@link closeShop}: the stage that prints. */
  readonly liveStage: string;
}

const PRICES = `package shop

import (
	"maps"
	"slices"
)

// Prices from the lowest to the highest.
func Prices(list map[string]int) []int { return slices.Sorted(maps.Values(list)) }
`;
const LONG_LINE = `package shop

// Sugar is what some people want with their tea, and others do not, so that they have to be asked before they order it.
type Sugar struct{ Lumps int }
`;
const SHORT_LINES = `package shop

// Sugar is what some people want with their tea.
type Sugar struct{ Lumps int }
`;
const MANY_ORDERS = { 'ci/load.sh': 'ORDERS=100000\nPAUSE=0.3\n' };

/** A week of a small shop: pushes that pass and fail, a pull request that does not compile, a stranger's, and one that runs. */
export async function openShop(world: World): Promise<Shop> {
  const { github } = world;
  await github.createRepository({ owner: 'acme', name: 'shop' });
  const onMain = async (message: string, files: Record<string, string>): Promise<void> => {
    await world.concluded(REPOSITORY, await github.push(REPOSITORY, { message, files }));
  };
  await onMain('Sell tea', await scenario('shop'));
  await onMain('Say what the shop is for', { 'README.md': 'We sell tea.\n' });
  await onMain('Offer sugar', { 'src/sugar.go': LONG_LINE });
  await onMain('Offer sugar in fewer words', { 'src/sugar.go': SHORT_LINES });

  // By its push alone the branch has nothing to do. Waited for, so that runs have the same numbers each time.
  const files = { 'src/price.go': PRICES };
  await world.concluded(REPOSITORY, await github.push(REPOSITORY, { branch: 'sorted-prices', files }));
  const pull = await github.pulls.open(REPOSITORY, {
    from: 'sorted-prices',
    title: 'Sort prices by the standard library',
  });
  const red = await seen(world, pull.head.sha, ({ name }) => name === 'cyclone/unit (go=1.22)');
  const checks = await world.concluded(REPOSITORY, pull.head.sha);
  const stranger = await github.pulls.open(REPOSITORY, {
    from: 'biscuits',
    fork: 'mona',
    files: { 'src/biscuit.go': 'package shop\n' },
    title: 'Sell biscuits',
  });
  await seen(world, stranger.head.sha, ({ name }) => name === 'cyclone');

  const live = await github.push(REPOSITORY, { files: MANY_ORDERS, message: 'Take many orders at once' });
  const stage = await seen(
    world,
    live,
    ({ name, status }) => name === 'cyclone/integration' && status === 'in_progress',
  );
  return {
    repository: `/repos/${REPOSITORY}`,
    red: pageOf(checks.get('cyclone')),
    redStage: pageOf(red),
    liveStage: pageOf(stage),
  };
}

/** Ends what still runs. */
export async function closeShop(world: World): Promise<void> {
  const checks = (): readonly CheckRun[] => world.github.checkRuns(REPOSITORY);
  const running = checks().find(({ state }) =>
    state.actions.some(({ identifier }) => identifier === 'cancel'),
  );
  if (running === undefined) return;
  world.github.checks.press(running, 'cancel', 'octocat');
  await world.concluded(REPOSITORY, running.headSha);
}

function seen(world: World, sha: string, is: (state: CheckRun['state']) => boolean): Promise<CheckRun> {
  return world.github.waitFor(() => world.github.checkRuns(REPOSITORY, sha).find(({ state }) => is(state)), {
    what: `a check of ${sha}`,
    timeoutMs: 60_000,
  });
}

function pageOf(check: CheckRun | undefined): string {
  return new URL(check?.state.detailsUrl ?? '').pathname;
}
