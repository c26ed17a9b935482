import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One connection, with one request on its way at a time. It understands no more of HTTP than the measured servers speak, so
 * that it takes far less time than they do.
 */
export class Wire {
  readonly #socket: Socket;
  #text = "";
  #resolve: ((answer: Answer) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Bytes are characters: what is counted is bytes.
    socket.setEncoding("latin1").setNoDelay(true);
    socket.on("data", (chunk) => this.#take(String(chunk)));
    socket.on("error", (error) => this.#reject?.(error));
    socket.on("close", () => this.#reject?.(new Error("The server closed a connection in the middle of a request")));
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Wire(socket.off("error", reject))));
      socket.once("error", reject);
    });
  }

  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#text += chunk;
    const answer = wholeAnswer(this.#text);
    if (answer === undefined) return;
    this.#text = "";
    this.#resolve?.(answer);
  }
}

/** `undefined` while some of it is missing. */
export function wholeAnswer(text: string): Answer | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  // In chunks: JSON on one line has no line break, so only the last chunk looks like this.
  const isWhole = length === undefined ? body.endsWith("\r\n0\r\n\r\n") : body.length >= Number(length);
  return isWhole ? { status: Number(head.slice(9, 12)), body } : undefined;
}
