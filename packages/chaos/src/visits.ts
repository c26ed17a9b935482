import { misuse } from "./misuse.js";
import type { Page } from "./page.js";
import type { Visitor } from "./visitor.js";

/** What a consumer does from opening a page to having gone, one way or another. */
export interface Visit {
  readonly name: string;
  readonly weight: number;
  run(visitor: Visitor): Promise<void>;
}

const seconds = (visitor: Visitor, from: number, to: number) => visitor.random.between(from, to) * 1000;

/** Comes, stays, and goes as `go` says. */
async function comeAndGo(visitor: Visitor, go: (page: Page) => Promise<unknown>): Promise<void> {
  const page = await visitor.arrive();
  if (page === undefined || !(await visitor.stay(page, seconds(visitor, 0.5, 6)))) return;
  await go(page);
}

/** Several clicks or tabs in the same moment, on whatever servers they come to. */
async function startAtOnce(visitor: Visitor, count: number): Promise<void> {
  const pages = Array.from({ length: count }, () => visitor.page());
  await Promise.all(
    pages.map(async (page) => {
      await visitor.pause(visitor.random.between(0, 60));
      await page.start();
    }),
  );
  const holding = pages.filter(({ held }) => held !== undefined);
  const [first] = holding.sort((a, b) => (b.held?.delivery ?? 0) - (a.held?.delivery ?? 0));
  if (first === undefined || !(await visitor.stay(first, seconds(visitor, 0.2, 3)))) return;
  if (visitor.random.chance(0.5)) await Promise.all(holding.map((page) => page.leave()));
}

/** The page says that it closes, and another one comes after `ms`. */
async function reload(visitor: Visitor, ms: number): Promise<void> {
  const page = await visitor.arrive();
  if (page === undefined || !(await visitor.stay(page, seconds(visitor, 0.2, 3)))) return;
  // A page that closes does not wait for the answer.
  const leaving = page.leave();
  await visitor.pause(ms);
  const next = await visitor.arrive();
  await leaving;
  if (next === undefined || !(await visitor.stay(next, seconds(visitor, 0.5, 4)))) return;
  if (visitor.random.chance(0.6)) await next.stop();
}

/** An old page stops what a newer one has taken over: it must not. */
async function lateStop(visitor: Visitor): Promise<void> {
  const old = await visitor.arrive();
  if (old === undefined || !(await visitor.stay(old, seconds(visitor, 0.2, 1)))) return;
  const next = await visitor.arrive();
  if (next === undefined) return;
  old.stale =
    old.held?.conversation === next.held?.conversation && (next.held?.delivery ?? 0) > (old.held?.delivery ?? 0);
  if (old.stale) await (visitor.random.chance(0.7) ? old.stop() : old.leave());
  if (await visitor.stay(next, seconds(visitor, 0.5, 4))) await next.leave();
}

/** Hangs up and begins anew, or wants another character: the running one is replaced. */
async function replace(visitor: Visitor): Promise<void> {
  const page = await visitor.arrive();
  if (page === undefined || !(await visitor.stay(page, seconds(visitor, 0.2, 2)))) return;
  const how = visitor.random.chance(0.5) ? { fresh: true } : { character: "coach" as const };
  const next = await visitor.arrive(visitor.page(), how);
  if (next === undefined || !(await visitor.stay(next, seconds(visitor, 0.2, 3)))) return;
  await next.stop();
}

async function vanishBeforeAnswer(visitor: Visitor): Promise<void> {
  await visitor.page().start({ patienceMs: visitor.random.between(1, 60) });
}

async function vanishAtAnswer(visitor: Visitor): Promise<void> {
  await visitor.page().start({ vanishAtAnswer: true });
}

/** The stop overtakes the start that it is about. */
async function stopWhileStarting(visitor: Visitor): Promise<void> {
  const page = visitor.page();
  const [, act] = await Promise.all([
    page.start(),
    visitor.pause(visitor.random.between(0, 30)).then(() => visitor.stopWhatever()),
  ]);
  if (act.outcome !== "answered" && page.held !== undefined) await page.stop();
}

export const visits: readonly Visit[] = [
  { name: "stay and stop", weight: 3, run: (visitor) => comeAndGo(visitor, (page) => page.stop()) },
  { name: "stay and leave", weight: 3, run: (visitor) => comeAndGo(visitor, (page) => page.leave()) },
  { name: "stay and fall silent", weight: 3, run: (visitor) => comeAndGo(visitor, async () => undefined) },
  {
    name: "stop twice",
    weight: 1,
    run: (visitor) => comeAndGo(visitor, (page) => Promise.all([page.stop(), page.stop()])),
  },
  { name: "double start", weight: 3, run: (visitor) => startAtOnce(visitor, 2) },
  { name: "many starts", weight: 1, run: (visitor) => startAtOnce(visitor, 6) },
  { name: "reload", weight: 3, run: (visitor) => reload(visitor, visitor.random.between(0, 500)) },
  { name: "reload, slowly", weight: 1, run: (visitor) => reload(visitor, visitor.random.between(800, 3_000)) },
  { name: "vanish before the answer", weight: 3, run: vanishBeforeAnswer },
  { name: "vanish at the answer", weight: 2, run: vanishAtAnswer },
  { name: "never join", weight: 2, run: async (visitor) => void (await visitor.arrive()) },
  { name: "late stop of an old page", weight: 2, run: lateStop },
  { name: "replace", weight: 2, run: replace },
  { name: "misuse", weight: 2, run: misuse },
  { name: "stop while starting", weight: 1, run: stopWhileStarting },
];
