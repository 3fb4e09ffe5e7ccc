import { fetchPage } from '../fetch-page.js';

/** Puts what the stage has become above its log, and leaves the log alone. */
export async function renewHead(): Promise<void> {
  const page = await fetchPage(location.href);
  document.title = page.title;
  for (const part of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const name = CSS.escape(part.dataset['part'] ?? '');
    const renewed = page.querySelector(`[data-part="${name}"]`);
    if (renewed) part.replaceWith(renewed);
  }
}
