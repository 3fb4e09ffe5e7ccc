import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../contract/support/chromium.js';

const DESKTOP = { width: 1280, height: 800 } as const;
const PHONE = { width: 360, height: 740 } as const;

/** How a page is looked at. */
export type View = 'desktop' | 'dark' | 'phone' | 'no-script' | 'stranger';

/** Takes pictures of one Cyclone's pages. */
export interface Camera {
  /** Opens the page, waits for what `ready` waits for, and writes `<name>.png`. */
  take(name: string, address: string, shot?: Shot): Promise<void>;
  /** What the pages' scripts have complained about. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

export interface Shot {
  /** Default `desktop`. */
  readonly view?: View;
  /** Pixels, where the page needs more or fewer than its view has. */
  readonly height?: number;
  readonly ready?: (page: Page) => Promise<unknown>;
}

const VIEWS: Readonly<Record<View, BrowserContextOptions>> = {
  desktop: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: PHONE, isMobile: true, hasTouch: true },
  'no-script': { javaScriptEnabled: false },
  stranger: {},
};

/** @param login who is signed in, but for strangers  @param directory of the pictures */
export async function openCamera(url: string, login: string, directory: string): Promise<Camera> {
  await mkdir(directory, { recursive: true });
  const browser = await launchChromium();
  const complaints: string[] = [];
  try {
    const signedIn = await signIn(browser, url, login);
    return {
      async take(name, address, { view = 'desktop', height, ready } = {}) {
        const context = await browser.newContext({
          viewport: DESKTOP,
          reducedMotion: 'reduce',
          ...(view === 'stranger' ? {} : { storageState: signedIn }),
          ...VIEWS[view],
        });
        const page = await context.newPage();
        if (height !== undefined) await page.setViewportSize({ width: DESKTOP.width, height });
        page.on('pageerror', ({ message }) => complaints.push(`${name}: ${message}`));
        await page.goto(new URL(address, url).href);
        await ready?.(page);
        await page.screenshot({ path: path.join(directory, `${name}.png`) });
        await context.close();
      },
      complaints: () => complaints,
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function signIn(browser: Browser, url: string, login: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('link', { name: 'Sign in with GitHub' }).first().click();
  await page.getByLabel('Login').fill(login);
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.waitForURL(`${url}/`);
  const state = await context.storageState();
  await context.close();
  return state;
}
