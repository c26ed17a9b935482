// @ts-check
import * as equos from "./equos.js";
import { explainNoUpstream, inspect, joinEmulated, showUpstream } from "./upstream.js";
import { byId, showValues } from "./values.js";

/** @typedef {"idle" | "starting" | "running" | "stopping" | "ended" | "problem"} Phase */

/**
 * The conversation of this page, if any.
 *
 * @typedef {object} Live
 * @property {import("./equos.js").Grant} grant
 * @property {number} delivery
 * @property {number} ahead
 * @property {boolean} emulated
 * @property {() => Promise<void>} leaveRoom
 * @property {ReturnType<typeof setInterval>[]} timers
 */

const keepAliveMillis = 30_000;
const billMillis = 4_000;
/** A reload comes back within moments; a tab that a browser restores tomorrow must not start a conversation by itself. */
const reloadMillis = 10_000;
const leftAt = "equos-left-at";

const startButton = byId("start");
const stopButton = byId("stop");
/** @type {Live | undefined} */
let live;
/** @type {Phase} */
let phase = "idle";
let bill = { seconds: 0, at: 0 };

startButton.addEventListener("click", () => void start("Starting…"));
stopButton.addEventListener("click", () => void stop());

addEventListener("pagehide", () => {
  if (live === undefined) return;
  equos.leave(live.grant.conversation.id, live.delivery);
  sessionStorage.setItem(leftAt, String(Date.now()));
});
addEventListener("pageshow", (event) => {
  // Back from the browser's memory: the server has been told that this page left.
  if (event.persisted && live !== undefined) return location.reload();
  const left = Number(sessionStorage.getItem(leftAt));
  sessionStorage.removeItem(leftAt);
  if (Date.now() - left < reloadMillis) void start("Picking up where you were…");
});

/** @param {string} saying */
async function start(saying) {
  // The button stays focusable, so a second click gets here.
  if (live !== undefined || is("starting")) return;
  show("starting", saying);
  /** @type {Live | undefined} */
  let mine;
  try {
    const { grant, delivery, ahead } = await equos.start();
    const emulated = new URL(grant.conversation.serverUrl).hostname.endsWith(".invalid");
    mine = { grant, delivery, ahead, emulated, leaveRoom: async () => {}, timers: [] };
    live = mine;
    showValues(grant);
    watch(mine);
    show("starting", "Joining…");
    await enter(mine);
    if (live === mine && is("starting")) show("running", `You are talking to ${grant.conversation.character.name}.`);
  } catch (error) {
    if (mine === undefined) return show("problem", wordsFor(error));
    if (live !== mine) return;
    // It runs, and is billed, but this page cannot take part in it.
    await stop();
    if (live === undefined) show("problem", `You could not join, so the conversation was stopped. ${wordsFor(error)}`);
  }
}

/** @param {Live} conversation */
async function enter(conversation) {
  const { grant, emulated } = conversation;
  const { id } = grant.conversation;
  if (!emulated) {
    explainNoUpstream();
    const { join } = await import("./join.js");
    const leaveRoom = await join(grant, byId("stage"), () => void stop("The avatar has left."));
    // Somebody stopped it meanwhile.
    if (live !== conversation) return await leaveRoom();
    conversation.leaveRoom = leaveRoom;
    return;
  }
  await joinEmulated(id);
  const seen = await inspect(id);
  if (seen === undefined) return explainNoUpstream();
  showUpstream(seen.answer, grant);
  takeBill(seen.conversation);
  byId("billed-box").hidden = false;
}

async function stop(saying = "You stopped the conversation.") {
  if (live === undefined || is("stopping")) return;
  show("stopping", "Stopping…");
  const { id } = live.grant.conversation;
  try {
    const status = await equos.stop(id);
    await end(status === "ended" ? saying : "Stopped here; the server goes on until Equos has confirmed it.");
  } catch (error) {
    if (error instanceof equos.Problem && error.isOver) return await end(saying);
    show("problem", `It is still running. ${wordsFor(error)}`);
  }
}

/** The conversation is over, whoever ended it. @param {string} saying */
async function end(saying) {
  if (live === undefined) return;
  const { timers, leaveRoom, emulated, grant } = live;
  for (const timer of timers) clearInterval(timer);
  tick();
  live = undefined;
  show("ended", saying);
  await leaveRoom().catch(() => {});
  const seen = emulated ? await inspect(grant.conversation.id) : undefined;
  if (seen && live === undefined) byId("billed").textContent = String(Math.round(seen.conversation.billedSeconds));
}

/** @param {Live} conversation */
function watch(conversation) {
  const { grant, emulated, timers } = conversation;
  const { id, maxSeconds } = grant.conversation;
  byId("limit").textContent = `of ${clock(maxSeconds)}`;
  bill = { seconds: 0, at: 0 };
  tick();
  timers.push(
    setInterval(tick, 250),
    setInterval(async () => {
      const problem = await equos.keepAlive(id).catch((error) => error);
      if (live === conversation && problem?.isOver) await end("The conversation has ended.");
    }, keepAliveMillis),
  );
  if (!emulated) return;
  timers.push(
    setInterval(async () => {
      const seen = await inspect(id);
      if (live === conversation && seen) takeBill(seen.conversation);
    }, billMillis),
  );
}

function tick() {
  if (live === undefined) return;
  const { startedAt, maxSeconds } = live.grant.conversation;
  const elapsed = Math.max(0, (Date.now() + live.ahead - Date.parse(startedAt)) / 1000);
  byId("elapsed").textContent = clock(Math.min(elapsed, maxSeconds));
  // Between two looks at the bill it grows as time does.
  const billed = bill.at === 0 ? 0 : bill.seconds + (Date.now() - bill.at) / 1000;
  byId("billed").textContent = String(Math.floor(billed));
  if (elapsed >= maxSeconds + 1 && is("running")) void end("Time is over.");
}

/** @param {{ billedSeconds: number }} conversation */
function takeBill({ billedSeconds }) {
  bill = { seconds: billedSeconds, at: Date.now() };
}

/**
 * @param {Phase} next
 * @param {string} saying
 */
function show(next, saying) {
  phase = next;
  byId("status").dataset.phase = next;
  byId("status").textContent = saying;
  // A problem does not make the avatar disappear.
  byId("stage").dataset.phase = live !== undefined && next === "problem" ? "running" : next;
  byId("caption").textContent = caption();
  const canStart = live === undefined && next !== "starting";
  const canStop = live !== undefined && next !== "stopping";
  startButton.setAttribute("aria-disabled", String(!canStart));
  stopButton.setAttribute("aria-disabled", String(!canStop));
  const restart = canStart && next !== "idle";
  startButton.textContent = next === "starting" ? "Starting…" : restart ? "Start again" : "Start conversation";
  stopButton.textContent = next === "stopping" ? "Stopping…" : "Stop";
}

function caption() {
  if (live === undefined) return is("starting") ? "One moment." : "Nobody is here yet.";
  const { name } = live.grant.conversation.character;
  return live.emulated ? `${name} would appear here. The emulator has no video.` : `Waiting for ${name}…`;
}

/** @param {Phase} which */
const is = (which) => phase === which;

/** @param {unknown} error */
function wordsFor(error) {
  if (error instanceof equos.Problem) return error.message;
  if (error instanceof DOMException && error.name === "NotAllowedError") return "The microphone is not allowed here.";
  return "The avatar’s room could not be reached.";
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
