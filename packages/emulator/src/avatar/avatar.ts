import type { Participant, Room } from "@livekit/rtc-node";
import { type Media, publishMedia } from "./media.js";
import { encoded, type FromCharacter, topic, typedText } from "./messages.js";

/** What an avatar is told about its conversation. */
export interface AvatarPart {
  readonly serverUrl: string;
  /** LiveKit token of `livekitIdentity` for the room. */
  readonly token: string;
  readonly livekitIdentity: string;
  /** Whom it listens to; anybody when it is `undefined`. */
  readonly consumerIdentity: string | undefined;
  readonly greeting: string;
  readonly reply: (text: string) => string;
}

/** What an avatar reports. */
export interface AvatarEvents {
  consumerJoined(): void;
  consumerLeft(): void;
  said(author: "user" | "character", content: string): void;
  /** The room is lost, and the avatar has left. */
  failed(error: unknown): void;
}

/** An avatar in its room. */
export interface Avatar {
  expireSoon(seconds: number): Promise<void>;
  leave(): Promise<void>;
}

const joinMillis = 15_000;

/** The first half of an answer comes at once, all of it this much later. */
const partialMillis = 250;

/** How long a text is spoken. */
const spokenMillis = (text: string): number => Math.min(8_000, 600 + 55 * text.length);

type Rtc = typeof import("@livekit/rtc-node");

async function loadRtc(): Promise<Rtc> {
  try {
    return await import("@livekit/rtc-node");
  } catch (error) {
    throw new Error("an avatar needs the package @livekit/rtc-node: npm install @livekit/rtc-node", { cause: error });
  }
}

async function join(rtc: Rtc, { serverUrl, token }: AvatarPart): Promise<Room> {
  const room = new rtc.Room();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from ${serverUrl} within ${joinMillis} ms`)), joinMillis);
  });
  try {
    await Promise.race([room.connect(serverUrl, token, { autoSubscribe: false, dynacast: false }), late]);
    return room;
  } catch (error) {
    await room.disconnect().catch(() => undefined);
    // LiveKit quotes a token that it refuses.
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(token, "[token]");
    throw new Error(`${serverUrl} cannot be joined: ${reason}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets a character into its room, where it greets the consumer and answers what is typed, by Equos' room protocol.
 *
 * @throws Error when `@livekit/rtc-node` is missing, or the room cannot be joined within 15 s
 */
export async function enterRoom(part: AvatarPart, events: AvatarEvents): Promise<Avatar> {
  const rtc = await loadRtc();
  const room = await join(rtc, part);
  // Listens before it shows itself: what is said to it the moment it appears is heard.
  const media = publishMedia(rtc, room, part.livekitIdentity);
  const avatar = new PresentAvatar(rtc, room, media, part, events);
  await media.catch(async (error: unknown) => {
    await avatar.leave();
    throw error;
  });
  return avatar;
}

class PresentAvatar implements Avatar {
  readonly #room: Room;
  readonly #media: Promise<Media>;
  readonly #part: AvatarPart;
  readonly #events: AvatarEvents;
  #silence: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;
  #left = false;
  /** What came before LiveKit told from whom: it tells of somebody who publishes nothing up to three seconds late. */
  readonly #fromStranger: string[] = [];

  constructor(rtc: Rtc, room: Room, media: Promise<Media>, part: AvatarPart, events: AvatarEvents) {
    this.#room = room;
    this.#media = media;
    this.#part = part;
    this.#events = events;
    for (const participant of room.remoteParticipants.values()) this.#met(participant);
    room.on(rtc.RoomEvent.ParticipantConnected, (participant) => this.#met(participant));
    room.on(rtc.RoomEvent.ParticipantDisconnected, (participant) => {
      if (this.#isConsumer(participant)) this.#events.consumerLeft();
    });
    room.on(rtc.RoomEvent.DataReceived, (payload, participant, _kind, topicOf) => {
      const text = topicOf === topic ? typedText(payload) : undefined;
      if (text === undefined) return;
      if (participant === undefined) this.#fromStranger.push(text);
      else if (this.#isConsumer(participant)) void this.#answer(text);
    });
    room.on(rtc.RoomEvent.Disconnected, () => {
      if (this.#left) return;
      this.#events.failed(new Error("the room was closed, or the connection to it was lost"));
    });
  }

  async expireSoon(seconds: number): Promise<void> {
    await this.#send({ type: "expire_soon", seconds_remaining: seconds });
  }

  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#rest);
    await this.#media.then((media) => media.end()).catch(() => undefined);
    await this.#room.disconnect();
  }

  #isConsumer({ identity }: Participant): boolean {
    const { consumerIdentity } = this.#part;
    return consumerIdentity === undefined || identity === consumerIdentity;
  }

  #met(participant: Participant): void {
    const texts = this.#fromStranger.splice(0);
    if (!this.#isConsumer(participant)) return;
    this.#events.consumerJoined();
    this.#speakFor(this.#part.greeting);
    void this.#utter("agent", this.#part.greeting, true);
    for (const text of texts) void this.#answer(text);
  }

  async #answer(text: string): Promise<void> {
    if (this.#silence !== undefined) {
      this.#hush();
      await this.#send({ type: "interrupt" });
    }
    this.#events.said("user", text);
    await this.#utter("user", text, true);
    const reply = this.#part.reply(text);
    this.#speakFor(reply);
    await this.#utter("agent", reply.slice(0, Math.ceil(reply.length / 2)), false);
    if (this.#left) return;
    this.#rest = setTimeout(() => {
      this.#events.said("character", reply);
      void this.#utter("agent", reply, true);
    }, partialMillis);
  }

  #speakFor(text: string): void {
    // Left while a message was on its way.
    if (this.#left) return;
    clearTimeout(this.#silence);
    this.#speak(true);
    this.#silence = setTimeout(() => this.#hush(), spokenMillis(text));
  }

  #speak(aloud: boolean): void {
    // Without media it could not stay.
    void this.#media.then((media) => this.#left || media.speak(aloud)).catch(() => undefined);
  }

  #hush(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#rest);
    this.#silence = undefined;
    this.#speak(false);
  }

  #utter(author: "agent" | "user", content: string, finished: boolean): Promise<void> {
    const recordedAt = new Date().toISOString();
    return this.#send({ type: "utterance", utterance: { author, content, recordedAt, finished } });
  }

  /** A message that does not get through is lost like one on the air; a lost room is told by its own event. */
  async #send(message: FromCharacter): Promise<void> {
    if (this.#left) return;
    await this.#room.localParticipant?.publishData(encoded(message), { reliable: true, topic }).catch(() => undefined);
  }
}
