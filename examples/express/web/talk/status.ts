import type { TalkState } from "./state";

/** The one line that says how things are. */
export function statusOf({ phase, name = "the character", reconnecting, rehearsal }: TalkState): string {
  if (reconnecting) return "The connection broke. Reconnecting…";
  switch (phase) {
    case "idle":
      return "Whom would you like to talk to?";
    case "starting":
      return "One moment…";
    case "joining":
      return "Entering the room…";
    case "waiting":
      return `Waiting for ${name}…`;
    case "talking":
      return rehearsal
        ? `${name} is here, without picture and sound: there is no LiveKit server.`
        : `You are talking to ${name}.`;
    case "ending":
      return "Hanging up…";
    case "over":
      return "The conversation has ended.";
  }
}

export const isRunning = ({ phase }: TalkState): boolean => phase !== "idle" && phase !== "over";

/** Whether there is a room to speak in. */
export const isInRoom = ({ phase }: TalkState): boolean => phase === "waiting" || phase === "talking";
