import type { Answer } from "../answer/answer.js";
import type { Conversations } from "../conversations/conversations.js";
import type { EmulatorLimits } from "../conversations/limits.js";
import type { SignToken } from "../conversations/tokens.js";
import type { Organization } from "../state/organization.js";
import type { EmulatorSwitches } from "../switches.js";

/** A request for an operation: key and body have been looked at. */
export interface Call {
  /** What stands in the placeholders of the path. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Valid for the schema that the operation declares. */
  readonly body: unknown;
  /** Where the emulator was asked, such as `http://127.0.0.1:4010`. */
  readonly origin: string;
}

/** The state that operations work on. */
export interface Setup {
  readonly organization: Organization;
  readonly conversations: Conversations;
  readonly switches: EmulatorSwitches;
  limits(): EmulatorLimits;
  /** The LiveKit server that conversations point to. */
  readonly serverUrl: string;
  readonly signToken: SignToken;
}

export type Carry = (call: Call) => Answer;
