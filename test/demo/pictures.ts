import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { freePort } from '../contract/support/free-port.js';
import { busyboxImage, docker } from '../contract/support/images.js';
import { openWorld } from '../e2e/support/world.js';
import { type Camera, openCamera } from './camera.js';
import { closeShop, openShop, type Shop } from './shop.js';

const USAGE = `Usage: script/pictures [--into DIRECTORY]

Starts Cyclone and a local stand-in for GitHub, pushes the sample repository test/scenarios/shop until there is
something to see, and takes the pictures of docs/pages.md. Exits 1 when a page's script complained.

  --into   where the pictures go: docs/images
  --help   print this
`;
const LOGIN = 'octocat';

async function pictures(directory: string): Promise<number> {
  const busybox = docker().getImage(await busyboxImage());
  await busybox.tag({ repo: 'cyclone-demo/busybox', tag: '1' });
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const world = await openWorld({ PORT: port, CYCLONE_PUBLIC_URL: url, CYCLONE_CONCURRENCY: '4' });
  try {
    const { github } = world;
    github.callbacksTo(`${url}/sign-in/callback`);
    await world.start({
      CYCLONE_PRIVATE_PAGES: 'sign-in',
      GITHUB_CLIENT_ID: github.clientId,
      GITHUB_CLIENT_SECRET: github.clientSecret,
    });
    const shop = await openShop(world);
    const camera = await openCamera(url, LOGIN, directory);
    try {
      await takeAll(camera, shop);
    } finally {
      await camera.close();
    }
    await closeShop(world);
    for (const complaint of camera.complaints()) console.error(complaint);
    return camera.complaints().length === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

async function takeAll(camera: Camera, { repository, red, redStage, liveStage }: Shop): Promise<void> {
  const cause = 'undefined: slices.Sorted';
  const atCause = {
    ready: async (page: Page) => {
      await page.locator('figure.cause').getByRole('link').first().click();
      await page.locator('.log-row.selected', { hasText: cause }).waitFor();
    },
  };
  await camera.take('stage-live', liveStage, {
    ready: (page) =>
      page
        .locator('.log-text', { hasText: /^order 2\d: / })
        .first()
        .waitFor(),
  });
  await camera.take('home', '/');
  await camera.take('repository', repository);
  await camera.take('run', red);
  await camera.take('run-time', red, {
    height: 460,
    ready: (page) => page.evaluate('scrollTo(0, document.body.scrollHeight)'),
  });
  await camera.take('stage-failed', redStage, atCause);
  await camera.take('stage-dark', redStage, { ...atCause, view: 'dark' });
  await camera.take('stage-phone', redStage, { ...atCause, view: 'phone' });
  await camera.take('stage-no-script', redStage, { view: 'no-script' });
  await camera.take('difference', `${redStage}/difference`);
  await camera.take('api', '/api');
  await camera.take('sign-in', '/runs/1000', { view: 'stranger', height: 270 });
}

// Last: everything above is defined by now.
const { values } = parseArgs({ options: { into: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  process.exitCode = await pictures(values.into ?? 'docs/images');
}
