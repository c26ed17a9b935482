import type { Call } from "../client.js";
import type { HostParser } from "../host.js";

/** One request and the answer it must get, from every host. */
export interface Case {
  readonly name: string;
  readonly path: string;
  readonly request: Call;
  /** Sent byte by byte instead of `request`: what no client library would send. `target` is the path below the origin. */
  readonly raw?: ((target: string, user: string) => string) | undefined;
  /** `x-user`; default: a consumer of the case's own. `null`: none. */
  readonly user?: string | null | undefined;
  readonly expect: {
    /** 0: none, before the client leaves. */
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
  /** Why a host with any parser before the broker does not answer it. */
  readonly notBehindParser?: string | undefined;
  /** Not declared for a host with a parser, which has read the body already, and kept it. */
  readonly onlyWithoutParser?: boolean | undefined;
  /** Why it does not get as far as any framework: the HTTP server itself answers. */
  readonly serverAnswers?: string | undefined;
  /** A host that knows the mount answers with its own 404. */
  readonly hostAnswers404?: boolean | undefined;
}
