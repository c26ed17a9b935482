import { Guest } from "./guest.js";

/** The part of a Worker's own API that is used. */
interface ExecutionContext {
  waitUntil(task: Promise<unknown>): void;
}

const guest = new Guest(60);

export default {
  fetch: (request: Request, _: unknown, context: ExecutionContext): Promise<Response> =>
    guest.fetch(request, { waitUntil: (task) => context.waitUntil(task) }),
};
