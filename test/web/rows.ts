/** The numbers of the runs in the first list of a page, in their order. */
export function rowsOf(page: string): readonly number[] {
  const list = page.slice(page.indexOf('<h2>Runs</h2>')).split('</table>', 1)[0] ?? '';
  return [...list.matchAll(/<td class="wide"><a href="\/runs\/(\d+)/g)].map(([, id]) => Number(id));
}
