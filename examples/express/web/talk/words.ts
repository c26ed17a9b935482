import { isProblem } from "@equos-broker/client";
import type { Microphone, Trouble } from "./state";

const counted = (count: number, unit: string): string => `in ${count} ${unit}${count === 1 ? "" : "s"}`;

/** When, in the words of a clock nearby. */
export function inWords(seconds: number, now = Date.now()): string {
  if (seconds < 90) return counted(Math.max(1, Math.ceil(seconds)), "second");
  if (seconds < 3600) return counted(Math.ceil(seconds / 60), "minute");
  const at = new Date(now + seconds * 1000);
  const sameDay = at.toDateString() === new Date(now).toDateString();
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return sameDay ? `at ${time}` : `on ${at.toLocaleDateString([], { weekday: "long" })} at ${time}`;
}

/** Why a call to the server came to nothing. */
export function troubleOf(error: unknown): Trouble {
  if (!isProblem(error)) return roomTrouble;
  const { code, message, retryAfterSeconds } = error;
  if (code === "unreachable" || code === "timeout") {
    return { title: "The server cannot be reached", advice: "Check your connection, then try again.", way: "again" };
  }
  if (code === "unauthorized") {
    return { title: "This page does not know you any more", advice: "Load it again, then start.", way: "reload" };
  }
  if (retryAfterSeconds === undefined) return { title: "That did not work", advice: message, way: "again" };
  return {
    title: "Not right now",
    advice: `${said(message)} You can start again ${inWords(retryAfterSeconds)}.`,
    way: "again",
  };
}

/** The server's own "try again later", where the page knows when. */
const said = (message: string): string => message.replace(/ (Try again later|Wait a moment)\.$/, "");

const roomTrouble: Trouble = {
  title: "The room could not be reached",
  advice: "The conversation was stopped. A firewall or VPN may block it: try another network, or try again.",
  way: "again",
};

export const networkLost: Trouble = {
  title: "The connection is lost",
  advice: "Check your network. What is still running can be picked up for a moment.",
  way: "again",
};

export const elsewhere: Trouble = {
  title: "You are talking in another tab",
  advice: "The conversation goes on there. You can bring it here.",
  way: "here",
};

export const timeOver: Trouble = {
  title: "The time is over",
  advice: "This conversation has reached its longest time. You can start another one.",
  way: "again",
};

export const endedElsewhere: Trouble = {
  title: "The conversation has ended",
  advice: "It was ended in another tab, or by the server. You can start another one.",
  way: "again",
};

export const backFromMemory: Trouble = {
  title: "You left this page",
  advice: "The conversation was ended when you did. You can start another one.",
  way: "again",
};

export const neverCame = (name: string): Trouble => ({
  title: `${name} did not come`,
  advice: "The conversation was stopped, so it costs nothing more. Try again in a moment.",
  way: "again",
});

export const hasLeft = (name: string): Trouble => ({
  title: `${name} has left`,
  advice: "The conversation has ended. You can start another one.",
  way: "again",
});

export const stillRunning = (error: unknown): Trouble => ({
  title: "It could not be ended",
  advice: isProblem(error) ? `${error.message} Hang up once more; otherwise it ends by itself.` : "Hang up once more.",
  way: "none",
});

/** What the button of the microphone says, and what there is to add. */
export const microphoneWords: Readonly<Record<Microphone, readonly [label: string, note: string]>> = {
  off: ["Microphone off", ""],
  asking: ["Asking for the microphone", "Your browser asks whether this page may use the microphone."],
  on: ["Microphone on", ""],
  blocked: ["Microphone blocked", "Allow it in the address bar, then press the button again. You can type meanwhile."],
  missing: ["No microphone", "None is connected. Connect one, then press the button again. You can type meanwhile."],
  failed: [
    "Microphone busy",
    "Another program may be using it. Press the button to try again. You can type meanwhile.",
  ],
};

export function microphoneTrouble(error: unknown): Microphone {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "blocked";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "failed";
}

export const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
