import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { serveModules } from './browser-modules.js';
import { hearComplaints, launchChromium } from './chromium.js';

/** A browser, and what it complained about. */
export interface LogBrowser {
  /** A page with its scripts as the sources have them. Closes the one before. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Closes the page that is open. */
  leave(): Promise<void>;
  /** Errors and warnings of pages since this was asked the last time. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

export async function openBrowser(): Promise<LogBrowser> {
  const browser: Browser = await launchChromium();
  let complaints: string[] = [];
  const leave = async (): Promise<void> => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  };
  return {
    leave,
    open: async (url, options = {}) => {
      await leave();
      const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
      await serveModules(context);
      const page = await context.newPage();
      hearComplaints(page, (complaint) => complaints.push(complaint));
      page.on('request', (request) => {
        if (!request.url().startsWith(new URL(url).origin)) complaints.push(`asked ${request.url()}`);
      });
      await page.goto(url);
      return page;
    },
    complaints: () => {
      const all = complaints;
      complaints = [];
      return all;
    },
    close: () => browser.close(),
  };
}

/** What axe-core finds serious or worse, as `rule: element`. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(axe, 'utf8'));
  return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ': ' + html + ' ' + (any[0]?.message ?? ''))))`);
}
