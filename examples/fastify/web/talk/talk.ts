import { createEquos, type End, type Started } from "@equos-broker/client";
import { remember, remembered } from "./memory";
import type { FromCharacter } from "./messages";
import { isRehearsal, rehearsalRoom } from "./rehearsal";
import { type JoinedRoom, joinRoom, type RoomEvents, type Stage } from "./room";
import { type Mode, nothingYet, type TalkState, type Trouble } from "./state";
import { withInterruption, withNote, withTyped, withUtterance } from "./transcript";
import * as words from "./words";

/** The character has so long to come. */
const arrivalMs = 20_000;
/** To a conversation that ran already it came long ago. */
const resumedArrivalMs = 6_000;
/** And so long to come back. */
const absenceMs = 4_000;

/**
 * A conversation, from the click that starts it to its end, for a page to show: `subscribe` tells of changes, `snapshot` what
 * there is to see.
 */
export class Talk {
  readonly #equos = createEquos({ url: "/api/equos", onEnd: (end) => this.#ended(end) });
  readonly #listeners = new Set<() => void>();
  #state: TalkState = nothingYet;
  #stage: Stage | undefined;
  #room: JoinedRoom | undefined;
  #counting: ReturnType<typeof setInterval> | undefined;
  /** Until the character has come, or come back. */
  #patience: ReturnType<typeof setTimeout> | undefined;
  #character: string | undefined;
  /** `undefined` as long as this page is on its way into the room. */
  #joinedAt: number | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): TalkState => this.#state;

  /** Where the character will be seen and heard. */
  showOn(stage: Stage): void {
    this.#stage = stage;
  }

  /** After a reload: takes up again what this tab was in the middle of. */
  pickUp(): void {
    if (this.#equos.wasHere()) void this.start(remembered());
  }

  /** Without a character: the one before. */
  async start(character = this.#character): Promise<void> {
    const { phase } = this.#state;
    if (phase === "idle" || phase === "over") await this.#begin(character, false);
  }

  async #begin(character: string | undefined, fresh: boolean): Promise<void> {
    if (this.#stage === undefined) return;
    this.#character = character;
    this.#joinedAt = undefined;
    remember(character);
    this.#set({ ...nothingYet, mode: this.#state.mode, phase: "starting" });
    let started: Started;
    try {
      started = await this.#equos.start({ ...(character === undefined ? {} : { character }), fresh });
    } catch (error) {
      if (this.#state.phase === "starting") this.#over(words.troubleOf(error));
      return;
    }
    // Hung up meanwhile: that stops it.
    if (this.#state.phase !== "starting") return;
    const { name } = started.grant.conversation.character;
    this.#set({
      phase: "joining",
      name,
      ...(started.resumed ? { lines: withNote([], "Picked up where you were.") } : {}),
    });
    this.#count(started);
    try {
      await this.#join(started, this.#stage);
    } catch {
      if (this.#equos.current === started) await this.#stop(words.troubleOf(undefined));
    }
  }

  async hangUp(): Promise<void> {
    const { phase } = this.#state;
    if (phase !== "idle" && phase !== "over" && phase !== "ending") await this.#stop(undefined);
  }

  async setMicrophone(on: boolean): Promise<void> {
    const room = this.#room;
    if (room === undefined || this.#state.microphone === "asking") return;
    this.#set({ microphone: on ? "asking" : "off" });
    try {
      await room.setMicrophone(on);
      if (this.#room === room) this.#set({ microphone: on ? "on" : "off" });
    } catch (error) {
      if (this.#room === room) this.#set({ microphone: words.microphoneTrouble(error) });
    }
  }

  setMode(mode: Mode): void {
    this.#set({ mode });
    this.#room?.setMode(mode);
    // Who wants to read does not want to be listened to.
    if (mode === "text" && this.#state.microphone === "on") void this.setMicrophone(false);
  }

  async say(text: string): Promise<void> {
    const content = text.trim();
    if (content === "" || this.#room === undefined) return;
    this.#set({ lines: withTyped(this.#state.lines, content) });
    await this.#room.say(content).catch(() => this.#note("That was not sent: the connection is lost."));
  }

  async startSound(): Promise<void> {
    await this.#room?.startSound();
  }

  async #join(started: Started, stage: Stage): Promise<void> {
    const { conversation } = started.grant;
    const isOurs = () => this.#equos.current === started;
    const events: RoomEvents = {
      arrived: () => isOurs() && this.#arrived(),
      gone: () => isOurs() && this.#gone(started),
      message: (message) => isOurs() && this.#heard(message),
      reconnecting: (reconnecting) => isOurs() && this.#set({ reconnecting }),
      soundBlocked: (soundBlocked) => isOurs() && this.#set({ soundBlocked }),
      lost: (why) => isOurs() && this.#lost(why),
    };
    const rehearsal = isRehearsal(conversation.serverUrl);
    this.#patience = setTimeout(() => this.#nobodyCame(started), started.resumed ? resumedArrivalMs : arrivalMs);
    const room = rehearsal ? rehearsalRoom(events) : await joinRoom(started.grant, stage, this.#state.mode, events);
    // Hung up meanwhile.
    if (!isOurs()) return await room.leave();
    this.#room = room;
    this.#joinedAt = Date.now();
    this.#equos.joined();
    this.#set({ rehearsal, ...(this.#state.phase === "joining" ? { phase: "waiting" } : {}) });
    if (this.#state.mode !== "text") await this.setMicrophone(true);
  }

  #arrived(): void {
    clearTimeout(this.#patience);
    this.#set({ phase: "talking" });
  }

  #nobodyCame({ resumed, grant }: Started): void {
    if (this.#state.phase === "joining") return void this.#stop(words.troubleOf(undefined));
    if (!resumed) return void this.#stop(words.neverCame(grant.conversation.character.name));
    this.#anew();
  }

  /** Its room is empty: it ended while this page was away, and the server does not know yet. */
  #anew(): void {
    this.#equos.leave();
    this.#leaveRoom();
    void this.#begin(this.#character, true);
  }

  #gone({ resumed }: Started): void {
    clearTimeout(this.#patience);
    // It leaves because this page was away for a moment: LiveKit may tell so before this page is in the room.
    const isOldNews = resumed && (this.#joinedAt === undefined || Date.now() - this.#joinedAt < resumedArrivalMs);
    this.#patience = setTimeout(() => {
      if (isOldNews) return this.#anew();
      const { name = "The character", secondsLeft = 0 } = this.#state;
      void this.#stop(secondsLeft <= 1 ? words.timeOver : words.hasLeft(name));
    }, absenceMs);
  }

  #lost(why: "elsewhere" | "network" | "ended"): void {
    if (why === "ended") return void this.#stop(words.hasLeft(this.#state.name ?? "The character"));
    // Not stopped: another tab has it by now, or this one comes back to it within moments.
    this.#equos.leave();
    this.#over(why === "elsewhere" ? words.elsewhere : words.networkLost);
  }

  #heard(message: FromCharacter): void {
    const { lines } = this.#state;
    if (message.type === "utterance") this.#set({ lines: withUtterance(lines, message.utterance) });
    else if (message.type === "interrupt") this.#set({ lines: withInterruption(lines) });
    else if (message.type === "expire_soon") this.#note(`${message.seconds} seconds are left.`);
    else if (message.type === "error")
      this.#note("Something went wrong on the other side. You can go on, or start again.");
    // `trigger` is for what your character is told to set off: your own code belongs here.
  }

  #ended({ reason }: End): void {
    const ended = this.#state.secondsLeft === 0 ? words.timeOver : words.endedElsewhere;
    this.#over(reason === "left" ? words.backFromMemory : ended);
  }

  async #stop(trouble: Trouble | undefined): Promise<void> {
    const before = this.#state.phase;
    if (before === "ending" || before === "over") return;
    this.#set({ phase: "ending" });
    try {
      await this.#equos.stop();
      this.#over(trouble);
    } catch (error) {
      this.#set({ phase: before, trouble: words.stillRunning(error) });
    }
  }

  #over(trouble: Trouble | undefined): void {
    this.#leaveRoom();
    this.#set({ phase: "over", trouble, microphone: "off", reconnecting: false, soundBlocked: false });
  }

  #leaveRoom(): void {
    clearTimeout(this.#patience);
    clearInterval(this.#counting);
    const room = this.#room;
    this.#room = undefined;
    void room?.leave();
  }

  #count({ grant, clockAheadMs }: Started): void {
    const { startedAt, maxSeconds } = grant.conversation;
    const endsAt = Date.parse(startedAt) + maxSeconds * 1000 - clockAheadMs;
    const tick = () => {
      const secondsLeft = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
      if (secondsLeft === this.#state.secondsLeft) return;
      this.#set({ secondsLeft });
      if (secondsLeft === 0) void this.#stop(words.timeOver);
    };
    this.#counting = setInterval(tick, 250);
    tick();
  }

  #note(content: string): void {
    this.#set({ lines: withNote(this.#state.lines, content) });
  }

  #set(change: Partial<TalkState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
