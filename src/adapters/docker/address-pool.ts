/** A range of IPv4 addresses, cut into subnets of one size. */
export interface AddressPool {
  /** `10.213.0.0/16` */
  readonly range: string;
  /** Bits of a subnet's prefix: 26 leaves 61 containers on a network. */
  readonly prefix: number;
}

/** Docker's default pools hold about 30 networks; this one holds 1,024. */
export const DEFAULT_POOL: AddressPool = { range: '10.213.0.0/16', prefix: 26 };

interface Range {
  readonly first: number;
  readonly size: number;
}

/** The subnets of a pool in order, `first` one first, all of them once. @throws Error when the pool is none */
export function* subnets({ range, prefix }: AddressPool, first: number): Generator<string> {
  const whole = parseRange(range);
  const size = 2 ** (32 - prefix);
  const count = whole.size / size;
  if (count < 1) throw new Error(`no subnet of /${prefix} fits into ${range}`);
  for (let step = 0; step < count; step += 1) {
    yield `${formatAddress(whole.first + ((first + step) % count) * size)}/${prefix}`;
  }
}

/** Whether two ranges share an address; what is no IPv4 range shares none. */
export function overlap(left: string, right: string): boolean {
  if (right.includes(':') || left.includes(':')) return false;
  const [a, b] = [parseRange(left), parseRange(right)];
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

function parseRange(text: string): Range {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)?.slice(1).map(Number);
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = parts ?? [];
  if (!parts || Math.max(a, b, c, d) > 255 || prefix > 32)
    throw new Error(`"${text}" is no range of addresses`);
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % size), size };
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
