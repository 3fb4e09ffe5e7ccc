import type { Frame } from '../frame.js';
import { Layout } from './layout.js';

export interface ProblemProps {
  readonly frame: Frame;
  readonly title: string;
  /** What to do next. */
  readonly advice: string;
}

export function ProblemPage({ frame, title, advice }: ProblemProps) {
  return (
    <Layout title={`${title} · Cyclone`} frame={frame}>
      <h1>{title}</h1>
      <p>{advice}</p>
      {frame.signIn !== undefined && (
        <p>
          <a href={frame.signIn}>Sign in with GitHub</a>: what it shows you there opens here too.
        </p>
      )}
      <p>
        <a href={frame.addresses.home(1)}>Recent runs</a>
      </p>
    </Layout>
  );
}
