import type { Grant } from "@equos-broker/client";
import type { RemoteParticipant, RemoteTrack, RemoteTrackPublication } from "livekit-client";
import { type FromCharacter, messageIn, topic, typed } from "./messages";
import type { Mode } from "./state";

/** What a room tells. */
export interface RoomEvents {
  /** The character is in the room. */
  arrived(): void;
  /** The character was, and is not any more. */
  gone(): void;
  message(message: FromCharacter): void;
  reconnecting(is: boolean): void;
  soundBlocked(is: boolean): void;
  /** This page is out of the room without having left it. */
  lost(why: "elsewhere" | "network" | "ended"): void;
}

/** A room that this page is in. */
export interface JoinedRoom {
  say(text: string): Promise<void>;
  /** @throws DOMException as `getUserMedia` does */
  setMicrophone(on: boolean): Promise<void>;
  setMode(mode: Mode): void;
  /** From a click: browsers let no page make sound before. */
  startSound(): Promise<void>;
  leave(): Promise<void>;
}

/** Where the character is seen and heard. */
export interface Stage {
  readonly video: HTMLVideoElement;
  readonly audio: HTMLAudioElement;
}

/** So many messages of somebody unknown are kept, and no more. */
const mostEarly = 50;

const wanted: Readonly<Record<Mode, readonly string[]>> = { text: [], audio: ["audio"], video: ["audio", "video"] };

/** Joins the room of a grant. LiveKit's client is loaded now: it is larger than all the rest of the page. */
export async function joinRoom(grant: Grant, stage: Stage, mode: Mode, events: RoomEvents): Promise<JoinedRoom> {
  const { DisconnectReason, Room, RoomEvent, setLogLevel } = await import("livekit-client");
  // The page itself tells what goes wrong; LiveKit's log also calls an error what it gets over in a moment.
  setLogLevel("silent");
  const { serverUrl, character } = grant.conversation;
  const room = new Room();
  const isCharacter = ({ identity }: { identity: string }) => identity === character.livekitIdentity;
  let current = mode;
  // A connection that never was is told by the rejection alone.
  let joined = false;
  // Messages overtake LiveKit's word of who is there, by up to three seconds; only the character and this page are let in.
  const early: FromCharacter[] = [];
  const arrived = () => {
    events.arrived();
    for (const message of early.splice(0)) events.message(message);
  };

  const publications = (): RemoteTrackPublication[] => {
    const participant = [...room.remoteParticipants.values()].find(isCharacter);
    return participant === undefined ? [] : [...participant.trackPublications.values()];
  };
  const follow = () => {
    for (const publication of publications()) publication.setSubscribed(wanted[current].includes(publication.kind));
  };
  const show = (track: RemoteTrack, _: RemoteTrackPublication, participant: RemoteParticipant) => {
    if (isCharacter(participant)) track.attach(track.kind === "video" ? stage.video : stage.audio);
  };

  room
    .on(RoomEvent.ParticipantConnected, (participant) => {
      if (isCharacter(participant)) arrived();
    })
    .on(RoomEvent.ParticipantDisconnected, (participant) => {
      if (isCharacter(participant)) events.gone();
    })
    .on(RoomEvent.TrackPublished, follow)
    .on(RoomEvent.TrackSubscribed, show)
    .on(RoomEvent.TrackUnsubscribed, (track) => void track.detach())
    .on(RoomEvent.DataReceived, (payload, participant, _kind, about) => {
      const message = about === topic ? messageIn(payload) : undefined;
      if (message === undefined) return;
      if (participant !== undefined) {
        if (isCharacter(participant)) events.message(message);
      } else if (early.length < mostEarly) early.push(message);
    })
    .on(RoomEvent.SignalReconnecting, () => events.reconnecting(true))
    .on(RoomEvent.Reconnecting, () => events.reconnecting(true))
    .on(RoomEvent.Reconnected, () => events.reconnecting(false))
    .on(RoomEvent.AudioPlaybackStatusChanged, () => events.soundBlocked(!room.canPlaybackAudio))
    .on(RoomEvent.Disconnected, (reason) => {
      if (!joined || reason === DisconnectReason.CLIENT_INITIATED) return;
      if (reason === DisconnectReason.DUPLICATE_IDENTITY) events.lost("elsewhere");
      else if (reason === DisconnectReason.ROOM_DELETED || reason === DisconnectReason.PARTICIPANT_REMOVED)
        events.lost("ended");
      else events.lost("network");
    });

  await room.connect(serverUrl, grant.consumerAccessToken);
  joined = true;
  follow();
  if ([...room.remoteParticipants.values()].some(isCharacter)) arrived();

  return {
    say: (text) => room.localParticipant.publishData(typed(text), { reliable: true, topic }),
    async setMicrophone(on) {
      await room.localParticipant.setMicrophoneEnabled(on);
    },
    setMode(next) {
      current = next;
      follow();
    },
    startSound: () => room.startAudio(),
    leave: () => room.disconnect(),
  };
}
