export interface Page<T> {
  readonly items: readonly T[];
  /** The Link header, or nothing on the only page. */
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_PER_PAGE = 100;

/** Cuts one page by the `per_page` and `page` of a request. */
export function paginate<T>(all: readonly T[], url: URL): Page<T> {
  const per = Math.min(positive(url.searchParams.get('per_page'), 30), MAX_PER_PAGE);
  const page = positive(url.searchParams.get('page'), 1);
  const last = Math.max(1, Math.ceil(all.length / per));
  const links = [
    ...(page > 1 ? [link(url, page - 1, 'prev')] : []),
    ...(page < last ? [link(url, page + 1, 'next'), link(url, last, 'last')] : []),
    ...(page > 1 ? [link(url, 1, 'first')] : []),
  ];
  return {
    items: all.slice((page - 1) * per, page * per),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

export function positive(text: string | null, fallback: number): number {
  const value = Number.parseInt(text ?? '', 10);
  return value > 0 ? value : fallback;
}

function link(url: URL, page: number, relation: string): string {
  const target = new URL(url);
  target.searchParams.set('page', String(page));
  return `<${target.href}>; rel="${relation}"`;
}
