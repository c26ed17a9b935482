// @ts-check
import { Room, RoomEvent, Track } from "/vendor/livekit-client.js";

/**
 * Joins the room: publishes the microphone, and plays the avatar in `stage`.
 *
 * @param {import("./equos.js").Grant} grant
 * @param {HTMLElement} stage
 * @param {() => void} gone called when the avatar or the connection is gone
 * @returns {Promise<() => Promise<void>>} leaves the room
 */
export async function join({ conversation, consumerAccessToken }, stage, gone) {
  const room = new Room();
  const { livekitIdentity } = conversation.character;
  const sound = soundButton(room);
  let joined = false;
  const lost = () => {
    if (joined) gone();
  };

  room
    .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
      if (participant.identity !== livekitIdentity) return;
      const element = track.attach();
      if (track.kind === Track.Kind.Video) element.className = "avatar";
      stage.append(element);
    })
    .on(RoomEvent.TrackUnsubscribed, (track) => {
      for (const element of track.detach()) element.remove();
    })
    .on(RoomEvent.ParticipantDisconnected, ({ identity }) => {
      if (identity === livekitIdentity) lost();
    })
    .on(RoomEvent.AudioPlaybackStatusChanged, () => {
      if (room.canPlaybackAudio) sound.remove();
      else stage.append(sound);
    })
    .on(RoomEvent.Disconnected, lost);

  const leave = async () => {
    joined = false;
    sound.remove();
    await room.disconnect();
    for (const element of stage.querySelectorAll("video, audio")) element.remove();
  };
  try {
    await room.connect(conversation.serverUrl, consumerAccessToken);
    await room.localParticipant.setMicrophoneEnabled(true);
    joined = true;
  } catch (error) {
    await leave();
    throw error;
  }
  return leave;
}

/** After a reload browsers play sound only once the visitor has touched the page. @param {Room} room */
function soundButton(room) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sound";
  button.textContent = "Turn on sound";
  button.addEventListener("click", () => void room.startAudio());
  return button;
}
