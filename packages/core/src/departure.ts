import type { NodeRequest, NodeResponse, NodeSocket } from "./node-types.js";

/** Watches one response until it is closed: written as a whole, or left by its client before. */
export class Departure {
  readonly #response: NodeResponse;
  #finished = false;
  #happened = false;
  #controller: AbortController | undefined;
  readonly closed: Promise<void>;

  constructor({ socket }: NodeRequest, response: NodeResponse) {
    this.#response = response;
    this.closed = new Promise((resolve) => {
      const onClose = () => {
        forget?.();
        if (!this.isWhole) this.#happen();
        resolve();
      };
      // A response that waits behind another one has no connection yet, and hears nothing of that one's end.
      const forget = response.socket ? undefined : onSocketClose(socket, onClose);
      // Emulated responses say that they have finished, and have no flag for it.
      response.once("finish", () => {
        this.#finished = true;
      });
      // Only the response's closing means something: the request also "closes" after its body was parsed.
      response.once("close", onClose);
    });
    if (this.isGone || socket?.destroyed === true) this.#happen();
  }

  /** Made when somebody asks for it: most refusals never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#happened) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Nobody reads what is written now. */
  get isGone(): boolean {
    const { destroyed, stream } = this.#response;
    return this.#happened || (destroyed || stream?.destroyed) === true;
  }

  /** All of it was written. HTTP/2 takes one whose stream was reset for finished, with a code that says why. */
  get isWhole(): boolean {
    const { writableEnded, writableFinished, stream } = this.#response;
    return writableEnded && (this.#finished || writableFinished) && (stream?.rstCode ?? 0) === 0;
  }

  #happen(): void {
    this.#happened = true;
    this.#controller?.abort();
  }
}

/** One listener for each connection, however many requests come over it. */
const listening = new WeakMap<NodeSocket, Set<() => void>>();

/** Gives a function that forgets the task again. */
function onSocketClose(socket: NodeSocket | null | undefined, task: () => void): () => void {
  if (typeof socket?.once !== "function") return () => undefined;
  const tasks = listening.get(socket) ?? new Set();
  if (!listening.has(socket)) {
    listening.set(socket, tasks);
    socket.once("close", () => {
      for (const each of [...tasks]) each();
    });
  }
  tasks.add(task);
  return () => void tasks.delete(task);
}
