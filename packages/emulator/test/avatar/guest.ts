import {
  AudioStream,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  VideoBufferType,
  VideoStream,
} from "@livekit/rtc-node";
import { onTestFinished, vi } from "vitest";

/** What a client of the room got. */
export interface Guest {
  readonly room: Room;
  /** Messages of the topic `equos_event`, as they came. */
  readonly messages: unknown[];
  /** The loudest sample of what the character's track brings next, over some frames. */
  loudness(): Promise<number>;
  /** Two pictures of the character's track, some frames apart: their brightness. */
  pictures(): Promise<[Uint8Array, Uint8Array]>;
  type(message: unknown, topic?: string): Promise<void>;
  /** Names of the character's tracks. */
  trackNames(): string[];
}

/** Joins a room as a client does. */
export async function guestIn(url: string, token: string): Promise<Guest> {
  const room = new Room();
  const messages: unknown[] = [];
  const tracks = new Map<TrackKind, RemoteTrack>();
  room.on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
    if (topic === "equos_event") messages.push(JSON.parse(new TextDecoder().decode(payload)));
  });
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind !== undefined) tracks.set(track.kind, track);
  });
  await room.connect(url, token, { autoSubscribe: true, dynacast: false });
  onTestFinished(() => room.disconnect());

  const trackOf = (kind: TrackKind): Promise<RemoteTrack> =>
    vi.waitFor(
      () => {
        const track = tracks.get(kind);
        if (track === undefined) throw new Error("the track was not subscribed within 10 s");
        return track;
      },
      { timeout: 10_000 },
    );

  return {
    room,
    messages,
    trackNames: () =>
      [...room.remoteParticipants.values()].flatMap(({ trackPublications }) =>
        [...trackPublications.values()].map(({ name }) => name ?? ""),
      ),
    async type(message, topic = "equos_event") {
      const payload = typeof message === "string" ? message : JSON.stringify(message);
      await room.localParticipant?.publishData(new TextEncoder().encode(payload), { reliable: true, topic });
    },
    async loudness() {
      const stream = new AudioStream(await trackOf(TrackKind.KIND_AUDIO));
      let loudest = 0;
      let frames = 0;
      for await (const { data } of stream) {
        for (const sample of data) loudest = Math.max(loudest, Math.abs(sample));
        frames += 1;
        if (frames === 60) break;
      }
      return loudest;
    },
    async pictures() {
      const stream = new VideoStream(await trackOf(TrackKind.KIND_VIDEO));
      const seen: Uint8Array[] = [];
      for await (const { frame } of stream) {
        seen.push(Uint8Array.from(frame.convert(VideoBufferType.I420).data));
        if (seen.length === 6) break;
      }
      const [first = new Uint8Array(), last = new Uint8Array()] = [seen[0], seen.at(-1)];
      return [first, last];
    },
  };
}
