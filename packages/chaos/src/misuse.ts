import { ask } from "./clients.js";
import type { Visitor, World } from "./visitor.js";

/** Nothing but "there is no such conversation" may be learned with it, as long as the broker can tell. */
export async function misuse(visitor: Visitor): Promise<void> {
  const { consumer, random, world } = visitor;
  const foreign = world.stranger(consumer);
  const own = await visitor.arrive();
  const held = own?.held;
  if (foreign === undefined || held === undefined) return;
  const tampered = { token: broken(foreign.token, random.next()) };
  const kind = random.pick(["stop", "leave", "keepalive"] as const);
  const bodies = [
    { id: foreign.conversation },
    { id: foreign.conversation, token: held.token },
    // While the store is down no server can tell that token from one's own, and a stop of one's own goes through.
    ...(kind === "stop" ? [] : [{ id: held.conversation, token: foreign.token }]),
    { id: `con_${Math.floor(random.next() * 1e9)}` },
    tampered,
    { ...tampered, id: foreign.conversation },
    { token: "" },
    { token: "not.a.token" },
  ];
  const body = random.pick(bodies);
  const leaving = kind === "leave" ? { leaving: true } : {};
  const { act } = await ask(world, random, {
    kind,
    consumer,
    page: `${consumer}/misuse`,
    body: { ...body, ...leaving },
    // It is about nothing that this consumer has.
    about: { conversation: "misuse" },
  });
  if (act.outcome === "answered" || (act.outcome === "refused" && !harmless(act.status))) {
    const what = Object.keys(body).join(" and ");
    world.violations.push({
      kind: "misuse",
      text: `${kind} of ${consumer} with a foreign or wrong ${what} was answered ${act.status}`,
      conversations: [foreign.conversation, held.conversation],
    });
  }
  if (own !== undefined && (await visitor.stay(own, random.between(200, 2_000)))) await own.leave();
}

/** 404, or a 5xx while the store is down. An empty token is a malformed body. */
const harmless = (status: number | undefined): boolean => status === 404 || status === 400 || (status ?? 0) >= 500;

/** The same token with one letter of its signature changed. */
function broken(token: string, at: number): string {
  const from = token.lastIndexOf(".") + 1;
  const index = from + Math.floor(at * Math.max(1, token.length - from - 1));
  const letter = token[index] === "A" ? "B" : "A";
  return token.slice(0, index) + letter + token.slice(index + 1);
}

/** What some pages hold, as their consumers' neighbours may have got to know it. */
export function strangers(): Pick<World, "stranger" | "publish"> {
  const known = new Map<string, { readonly conversation: string; readonly token: string }>();
  return {
    publish: (consumer, { conversation, token }) => void known.set(consumer, { conversation, token }),
    stranger: (consumer) => [...known].filter(([whose]) => whose !== consumer).at(-1)?.[1],
  };
}
