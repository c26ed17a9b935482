import { request as httpRequest } from "node:http";

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A start whose client can leave; `leave` says whether it left before it had its answer. */
export function abortableStart(url: string, user: string) {
  let answered = false;
  let tell: () => void = () => undefined;
  const whenAnswered = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const request = httpRequest(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-user": user },
    agent: false,
  });
  const closed = new Promise<void>((resolve) => request.once("close", () => resolve()));
  request.on("error", () => undefined);
  request.on("response", (response) => {
    response.on("error", () => undefined);
    response.resume().once("end", () => {
      answered = true;
      tell();
    });
  });
  request.end("{}");
  return {
    answered: whenAnswered,
    async leave(): Promise<boolean> {
      const early = !answered;
      request.destroy();
      await closed;
      return early;
    },
  };
}
