import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium, which asks nobody for anything but the pages that it is sent to. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
  });
}
