import type { Interval } from './interval.ts';
import type { GoalName } from './goals.ts';
import type { RowSize } from './sizes.ts';

/** What one way of loading a server came to. CPU in microseconds an operation, absent where nobody could read it. */
export interface Load {
  concurrency?: number;
  /** Arrivals a second, of an open loop. */
  offered?: number;
  rate: number;
  p50: number;
  p99: number;
  node?: number;
  postgres?: number;
}

/** One judged figure. */
export interface Judged extends Interval {
  goal: GoalName;
  /** Of which operation, where the goal is that of several. */
  of?: string;
}

/** One operation of the protocol, against its yardstick in the same minutes. */
export interface OperationResult {
  operation: string;
  ours: Load;
  /** Absent where nothing else does the same. */
  yardstick?: Load;
  /** The one that is judged; absent where no CPU could be read. */
  judged?: Judged;
  /** Rates against the yardstick's. */
  rates?: Interval;
  /** The other loads of ours: fewer and more at once, and open loops. */
  more: Load[];
  statements?: number;
  commits?: number;
  wal?: number;
  /** MB, after the load. */
  rss?: number;
  failed: number;
}

/** A row of its own in the table below the operations: a figure in words, and how it was judged. */
export interface Figure {
  name: string;
  text: string;
  judged?: Judged;
}

/** Everything that a run has seen: what `--json` writes. */
export interface Report {
  date: string;
  machine: { cores: number; cpu: string; memory: number; load: number; node: string; postgres: string };
  rows: number;
  concurrency: number;
  pairs: number;
  /** What was chosen of PostgreSQL's settings. */
  settings: Record<string, string>;
  /** Bytes of a row in every table that was filled. */
  sizes?: RowSize[];
  operations: OperationResult[];
  figures: Figure[];
  failed: number;
}
