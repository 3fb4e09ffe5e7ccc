import type { Advance } from '../runs/advance.js';
import type { CancelRun } from '../runs/cancel.js';
import { createEnquiries, createOperations } from '../runs/create-operations.js';
import { createDepartures } from '../runs/departures.js';
import { createHoldBack, type ForkApproval } from '../runs/fork.js';
import { createGone } from '../runs/gone.js';
import type { Comment } from '../runs/incoming.js';
import { createInstallations } from '../runs/installation.js';
import { createIntake } from '../runs/intake.js';
import { createSupersede, SUPERSEDE_NOTHING } from '../runs/line.js';
import type { Enquiries, Operations } from '../runs/operations.js';
import type {
  Clock,
  IntakeQueue,
  Logger,
  LogNotes,
  PullRequests,
  RepositoryFiles,
  RepositoryHistory,
  RepositoryStore,
  RunStore,
  Schedules,
} from '../runs/ports.js';
import { createPrepare, type IntakePolicy } from '../runs/prepare.js';
import { createReceive, type MayWrite, type Receive } from '../runs/receive.js';
import { createFollowSchedules } from '../runs/schedule.js';

export interface ReceivingDeps {
  readonly files: RepositoryFiles;
  readonly history: RepositoryHistory;
  readonly pulls: PullRequests;
  readonly schedules: Schedules;
  readonly store: RunStore;
  readonly repositories: RepositoryStore;
  /** Where what is found out about repositories is written to be carried out. */
  readonly queue: IntakeQueue;
  readonly advance: Advance;
  readonly cancel: CancelRun;
  readonly notes: LogNotes;
  readonly mayWrite: MayWrite;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: IntakePolicy & {
    readonly supersede: boolean;
    readonly drafts: boolean;
    readonly forkApproval: ForkApproval;
  };
  /** Who carries out the commands of a comment, with what people may do. */
  readonly commands: (may: {
    readonly operations: Operations;
    readonly enquiries: Enquiries;
  }) => (comment: Comment) => Promise<void>;
}

export interface Receiving {
  readonly receive: Receive;
  readonly operations: Operations;
  readonly enquiries: Enquiries;
}

/** What comes from GitHub and from people, on its way to runs. */
export function composeReceiving(deps: ReceivingDeps): Receiving {
  const { policy, cancel, logger } = deps;
  const prepare = createPrepare(deps);
  const departures = createDepartures();
  const intake = createIntake({
    ...deps,
    prepare,
    followSchedules: createFollowSchedules(deps),
    holdBack: createHoldBack({ ...deps, approval: policy.forkApproval }),
    supersede: policy.supersede ? createSupersede({ ...deps, departures }) : SUPERSEDE_NOTHING,
    drafts: policy.drafts,
  });
  const { rerunAs, ...operations } = createOperations({ ...deps, prepare, intake });
  const enquiries = createEnquiries(deps);
  const receive = createReceive({
    intake,
    gone: createGone({ ...deps, cancel, departures }),
    installations: createInstallations({ ...deps, intake: deps.queue }),
    operations,
    rerun: rerunAs,
    commands: deps.commands({ operations, enquiries }),
    mayWrite: deps.mayWrite,
    store: deps.store,
    logger,
  });
  return { receive, operations, enquiries };
}
