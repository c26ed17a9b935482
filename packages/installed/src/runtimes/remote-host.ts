import type { Elsewhere, Listeners, OwnAnswer, RemoteHost, Settings } from "@equos-broker/conformance";
import { controlPath, mountOf, type Word } from "../guest/protocol.js";
import { type GuestProcess, startGuest } from "./guest-process.js";
import { guestProgram } from "./guest-program.js";
import { binaryOf, type Runtime } from "./runtime.js";

/** How long a guest may take to do as it is told, in ms. */
const PATIENCE_MS = 30_000;

/** A runtime as a host of the conformance suite: one process for all its stages. */
export function remoteHost(runtime: Runtime, own: Readonly<Record<string, OwnAnswer>>) {
  let process: Promise<GuestProcess> | undefined;
  const started = async (): Promise<GuestProcess> => {
    const [binary, program] = [await binaryOf(runtime), await guestProgram(runtime)];
    return await startGuest(runtime, binary, program);
  };
  const host: RemoteHost = {
    name: `toFetchHandler on ${runtime.name}`,
    column: runtime.name,
    parser: "none",
    knowsMount: false,
    // As in guest/worker.ts.
    ...(runtime.entry === "workerd" ? { sweepSeconds: 60 } : {}),
    own,
    async open(settings, now, listeners) {
      process ??= started();
      return await open(await process, settings, now, listeners);
    },
  };
  return { host, end: async () => await (await process)?.end() };
}

async function open(guest: GuestProcess, settings: Settings, now: number, listeners: Listeners): Promise<Elsewhere> {
  const ask = async (path: string, body: object) => {
    const answer = await fetch(guest.origin + controlPath + path, {
      method: "POST",
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error: unknown) => {
      throw new Error(`${path}: ${error}\n${guest.printed().slice(-4000)}`);
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}\n${await answer.text()}\n${guest.printed()}`);
    // The guest's own answers.
    return (await answer.json()) as { readonly id: number; readonly words: readonly Word[] };
  };
  const { id } = await ask("open", { settings, now });
  const arrivals = new Map<number, AbortController>();
  const pass = async (path: string, body: object) => {
    const { words } = await ask(`${path}/${id}`, body);
    for (const word of words) tell(word, listeners, arrivals);
  };
  return {
    origin: guest.origin,
    mount: guest.origin + mountOf(id),
    advance: (ms) => pass("advance", { ms }),
    hear: () => pass("hear", {}),
    printed: () => guest.printed(),
    closeBroker: () => pass("close", {}),
    // The process serves others.
    close: async () => undefined,
  };
}

function tell(word: Word, listeners: Listeners, arrivals: Map<number, AbortController>): void {
  if (word[0] === "arrival") {
    const left = new AbortController();
    arrivals.set(word[1], left);
    listeners.arrival(word[2], left.signal);
  } else if (word[0] === "left") arrivals.get(word[1])?.abort();
  else if (word[0] === "reservation") listeners.reservation(word[1]);
  else if (word[0] === "log") listeners.log(word[1], word[2], word[3]);
  else listeners.event(word[1]);
}
