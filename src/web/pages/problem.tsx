import type { Addresses } from '../links.js';
import { Layout } from './layout.js';

export interface ProblemProps {
  readonly addresses: Addresses;
  readonly title: string;
  /** What to do next. */
  readonly advice: string;
}

export function ProblemPage({ addresses, title, advice }: ProblemProps) {
  return (
    <Layout title={`${title} · Cyclone`} addresses={addresses}>
      <h1>{title}</h1>
      <p>{advice}</p>
      <p>
        <a href={addresses.home(1)}>Recent runs</a>
      </p>
    </Layout>
  );
}
