import { LAST_PAGE, type Page } from './api-query.js';

/**
 * The `Link` header of one page of a list; undefined: there is no other page.
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers
 * @param url of the page, absolute
 */
export function linkHeader(url: URL, { page, perPage }: Page, total: number): string | undefined {
  const last = Math.min(Math.max(1, Math.ceil(total / perPage)), LAST_PAGE);
  const to = (number: number, rel: string): string => {
    const other = new URL(url);
    other.searchParams.set('page', String(number));
    return `<${other.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ];
  return links.length === 0 ? undefined : links.join(', ');
}
