/** All that a page gets, and all that it needs to join. */
export interface Grant {
  readonly conversation: {
    readonly id: string;
    readonly status: "running";
    /** LiveKit WebSocket URL. */
    readonly serverUrl: string;
    /** It ends by itself after so many seconds. */
    readonly maxSeconds: number;
    /** ISO 8601, by the server's clock; see {@link Started.clockAheadMs}. */
    readonly startedAt: string;
    readonly character: {
      readonly name: string;
      /** The avatar's identity in the LiveKit room. */
      readonly livekitIdentity: string;
    };
  };
  /** LiveKit token of this consumer: a secret. */
  readonly consumerAccessToken: string;
}

/** What a page may ask for. */
export interface StartRequest {
  /** One of the server's names for its characters; left out, its only one. */
  readonly character?: string;
  /** Whatever the server's `input` accepts. */
  readonly input?: unknown;
  /** Never the running conversation again: that one is stopped, and another one started. */
  readonly fresh?: boolean;
}

/** A conversation that was handed to this page. */
export interface Started {
  readonly grant: Grant;
  /** It ran already: after a reload, in a second tab. */
  readonly resumed: boolean;
  /** Tells this hand-over from later ones. */
  readonly delivery: number;
  /** Milliseconds by which the server's clock is ahead of this one; 0 where the server does not tell. */
  readonly clockAheadMs: number;
}

/** `stopping`: not yet confirmed, and the server goes on trying. `running`: another page has it by now. */
export type StopStatus = "ended" | "stopping" | "running";
