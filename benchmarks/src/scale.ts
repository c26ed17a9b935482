/** How much of everything; the checks are the same. */
export interface Scale {
  readonly name: "full" | "quick";
  /** Live conversations whose memory is measured, and that a start is measured beside. */
  readonly conversations: number;
  /** Consumers beside which `due` is measured; their states are short, so that they fit into the heap. */
  readonly records: number;
  /** Samples of each side, where two are compared. */
  readonly rounds: number;
  readonly redisConversations: number;
  readonly resumes: number;
  readonly attempts: number;
  /** Stops and keep-alives of each kind, where foreign and unknown are compared. */
  readonly strangers: number;
  /** Where whole servers are compared: rounds, and starts of each server before the first one. */
  readonly servers: { readonly rounds: number; readonly warmUp: number };
  /** Fresh processes of each kind that import something. */
  readonly imports: number;
  /** Folder of another checkout of this repository, whose starts are measured in turn with these. */
  readonly against?: string;
}

export const full: Scale = {
  name: "full",
  conversations: 100_000,
  records: 1_000_000,
  rounds: 200,
  redisConversations: 10_000,
  resumes: 10_000,
  attempts: 1_000_000,
  strangers: 4_000,
  servers: { rounds: 15, warmUp: 6_000 },
  imports: 40,
};

/** Counts that fill hash tables, which double, as far as the full ones do: 50,000 as 100,000, and 1,250 as 10,000. */
export const quick: Scale = {
  name: "quick",
  conversations: 50_000,
  records: 50_000,
  rounds: 30,
  redisConversations: 1_250,
  resumes: 1_000,
  attempts: 50_000,
  strangers: 400,
  servers: { rounds: 3, warmUp: 2_000 },
  imports: 12,
};
