import { outagesOf, unrecovered } from "./availability.js";
import type { Violation } from "./checks.js";
import { consumers } from "./consumers.js";
import type { Facts } from "./facts.js";
import { union } from "./intervals.js";
import { Random } from "./random.js";
import { explain, finalLine } from "./report.js";
import type { RunOptions } from "./run-options.js";
import { pausesOf } from "./server-process.js";
import { Stage } from "./stage.js";
import { openRecords } from "./store-records.js";
import { boundsOf, terms } from "./terms.js";
import { Trouble } from "./trouble.js";
import { judge, judgeSoFar, type Verdict } from "./verdict.js";

const PROGRESS_EVERY_MS = 5_000;
/** A server and Redis that have been there for so long without an answer have not come back. */
const RECOVERED_WITHIN_MS = 8_000;
const bounds = boundsOf(terms);

type Say = (line: string) => void;

/** `true`: nothing was wrong. */
export async function runChaos(options: RunOptions, say: Say): Promise<boolean> {
  const random = new Random(options.seed);
  const stage = await Stage.set(options, random);
  const stop = () => void stage.clear().then(() => process.exit(130));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    say(`chaos: seed ${options.seed}, ${options.seconds} s, ${options.servers} servers; log ${stage.log.path}`);
    return await perform(stage, options, random, say);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    await stage.clear();
  }
}

async function perform(stage: Stage, options: RunOptions, random: Random, say: Say): Promise<boolean> {
  const { log, upstream, servers, redis, watch, world } = stage;
  const mode = { keepAlive: options.keepAlive };
  const trouble = new Trouble({ servers, redis, upstream, log, options });
  let soFar: Verdict | undefined;
  const caught = new AbortController();
  const progress = setInterval(() => {
    const facts = factsOf(stage);
    soFar = judgeSoFar(facts, terms, bounds, mode);
    const count = wrongIn(soFar) + stage.violations.length;
    say(progressLine(facts, trouble.kills, count));
    if (options.failFast && count > 0) caught.abort();
  }, PROGRESS_EVERY_MS);

  watch.start();
  trouble.start(random.fork("trouble"));
  const visits = consumers(world, random.fork("consumers"), options.consumers);
  await Promise.race([visits, wait(options.seconds * 1000, caught.signal)]);
  log.add("quiet", { everybody: true });
  stage.over.abort();
  upstream.calm();
  await trouble.end();
  await visits;
  const left = await quiet(stage, caught.signal);
  clearInterval(progress);
  watch.stop();

  const facts = factsOf(stage);
  const judged = (caught.signal.aborted && soFar) || judge(facts, terms, bounds, mode);
  const violations = [...judged.violations, ...stage.violations, ...left, ...notRecovered(stage)];
  const verdict: Verdict = { ...judged, violations };
  for (const { conversation, allowance } of verdict.bills) {
    const { id, reservation, consumer, billedSeconds } = conversation;
    log.add("bill", { conversation: id, reservation, consumer, billedSeconds, ...allowance });
  }
  for (const line of explain(verdict, facts.conversations, log)) say(line);
  const figures = {
    ...options,
    kills: trouble.kills,
    pauses: trouble.pauses,
    restarts: redis.restarts,
    starts: facts.acts.filter(({ kind }) => kind === "start").length,
    faults: upstream.faults,
  };
  const line = finalLine(figures, verdict, options.mutation);
  log.add("end", { line });
  say(line);
  return wrongIn(verdict) === 0;
}

const wrongIn = ({ overruns, orphans, violations }: Verdict) => overruns.length + orphans.length + violations.length;

function progressLine({ from, to, conversations, acts }: Facts, kills: number, wrong: number): string {
  const running = conversations.filter(({ endedAt }) => endedAt === undefined).length;
  const seconds = String(Math.round((to - from) / 1000)).padStart(4);
  return (
    `  ${seconds} s: ${kills} kills, ${conversations.length} conversations, ${running} running, ` +
    `${acts.length} requests, ${wrong} wrong`
  );
}

/** Until nothing runs and each end is announced; at most as long as the last start's outcome may stay unknown. */
async function quiet(stage: Stage, caught: AbortSignal): Promise<Violation[]> {
  const longest = terms.maxSeconds + bounds.settle + bounds.lease + bounds.sweep + 2 * bounds.slack + 5;
  const until = Date.now() + longest * 1000;
  for (;;) {
    await wait(500, caught);
    const running = stage.upstream.conversations().filter(({ endedAt }) => endedAt === undefined);
    const open = await openRecords(stage.redis);
    if (running.length === 0 && open.length === 0) return [];
    if (caught.aborted) return [];
    if (Date.now() < until) continue;
    return open.map(({ reservation, status, conversation = "", reason }) => ({
      kind: "open-record",
      text: `reservation ${reservation} is still ${status} in the store (${reason ?? "no reason"})`,
      conversations: [conversation],
    }));
  }
}

function factsOf({ log, upstream, world, redis, watch, servers, ends }: Stage): Facts {
  const to = Date.now();
  return {
    from: log.startedAt,
    to,
    conversations: upstream.conversations(),
    acts: world.acts,
    calls: upstream.calls,
    losses: redis.losses,
    reconciles: watch.reconciles,
    ends,
    outages: outagesOf(watch.probes, [log.startedAt, to], bounds.sweep * 1000, watch.stalls),
    listTrouble: union(upstream.listTrouble),
    pauses: pausesOf(servers),
  };
}

function notRecovered({ servers, watch, redis }: Stage): Violation[] {
  return servers.flatMap(({ index, awake }) =>
    unrecovered(watch.probes[index] ?? [], awake.all, redis.awake.all, RECOVERED_WITHIN_MS).map(([from, to]) => ({
      kind: "no-recovery",
      text: `server ${index} and Redis ran for ${Math.round((to - from) / 1000)} s, and it never answered`,
      conversations: [],
    })),
  );
}

/** @param signal - Ends the wait early. */
function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
