/**
 * The page as the server shows it now, and nothing of it run. By the older interface, because this one gives a
 * document without a step at which text is turned into markup by a script.
 */
export function fetchPage(address: string): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.addEventListener('load', () => {
      const page = request.response as Document | null;
      if (request.status === 200 && page) resolve(page);
      else reject(new Error(`${request.status} for the page`));
    });
    request.addEventListener('error', () => reject(new Error('the server is away')));
    request.send();
  });
}

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
