import type { Line } from "./transcript";

/**
 * - `idle`: nothing yet. `starting`: asking the server. `joining`: entering the room. `waiting`: in the room, the character is not.
 * - `talking`: both are there. `ending`: hanging up. `over`: it has ended.
 */
export type Phase = "idle" | "starting" | "joining" | "waiting" | "talking" | "ending" | "over";

/** How much of the character one wants: its words, its voice too, its picture too. */
export type Mode = "text" | "audio" | "video";

/** `asking`: the browser asks its user. `blocked`: refused. `missing`: there is none. `failed`: another program has it, most likely. */
export type Microphone = "off" | "asking" | "on" | "blocked" | "missing" | "failed";

/** What went wrong, in words, with a way forward. */
export interface Trouble {
  readonly title: string;
  readonly advice: string;
  /** What the button does: start anew, pick the running conversation up, or load the page again. */
  readonly way: "again" | "here" | "reload" | "none";
}

/** All that a page shows. Each change makes another one, so that pages may compare. */
export interface TalkState {
  readonly phase: Phase;
  readonly trouble: Trouble | undefined;
  /** The character's name, once the server has told it. */
  readonly name: string | undefined;
  readonly microphone: Microphone;
  readonly mode: Mode;
  readonly lines: readonly Line[];
  readonly secondsLeft: number | undefined;
  /** The connection broke, and is being brought back. */
  readonly reconnecting: boolean;
  /** The browser plays sound only after a click. */
  readonly soundBlocked: boolean;
  /** There is no LiveKit server: the demo goes on without a room. */
  readonly rehearsal: boolean;
}

export const nothingYet: TalkState = {
  phase: "idle",
  trouble: undefined,
  name: undefined,
  microphone: "off",
  mode: "video",
  lines: [],
  secondsLeft: undefined,
  reconnecting: false,
  soundBlocked: false,
  rehearsal: false,
};
