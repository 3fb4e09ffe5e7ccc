/**
 * The page as the server shows it now, and nothing of it run. By the older interface, because this one gives a
 * document without a step at which a script turns text into markup: pages forbid that (`require-trusted-types-for`).
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
