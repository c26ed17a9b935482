import type { Call } from "../client.js";
import type { HostParser } from "../host.js";

/** One request and the answer it must get, from every host. */
export interface Case {
  readonly name: string;
  readonly path: string;
  readonly request: Call;
  /** `x-user`; default: a consumer of the case's own. `null`: none. */
  readonly user?: string | null | undefined;
  readonly expect: {
    readonly status: number;
    /** Of the problem; without it the answer is no problem of ours. */
    readonly code?: string | undefined;
    readonly headers?: Readonly<Record<string, RegExp>> | undefined;
    /** Must stand in the problem's `detail`. */
    readonly detail?: RegExp | undefined;
  };
  /** With one of these before it, the host's parser answers itself, with the same status and its own body. */
  readonly parserAnswers?: readonly HostParser[] | undefined;
  /** Time has to pass for the answer to come. */
  readonly takesTime?: boolean | undefined;
  /** Why a host with any parser before the broker cannot do it. */
  readonly notBehindParser?: string | undefined;
  /** A host that knows the mount answers with its own 404. */
  readonly hostAnswers404?: boolean | undefined;
}
