import type { Room } from "@livekit/rtc-node";
import { framesPerSecond, height, Picture, width } from "./picture.js";
import { frameSamples, sampleRate, silentFrame, spokenFrame } from "./voice.js";

/** Milliseconds of sound that wait to be sent: more would be heard after an interruption. */
const queuedSound = 100;

/** The picture and the voice of an avatar. */
export interface Media {
  /** The mouth moves and the voice sounds from now on, or no longer. */
  speak(speaking: boolean): void;
  end(): Promise<void>;
}

/** Publishes the two tracks under the names that Equos' characters give theirs. */
export async function publishMedia(
  rtc: typeof import("@livekit/rtc-node"),
  room: Room,
  identity: string,
): Promise<Media> {
  const { localParticipant } = room;
  if (localParticipant === undefined) throw new Error("the room has no place for an avatar");
  const audio = new rtc.AudioSource(sampleRate, 1, queuedSound);
  const video = new rtc.VideoSource(width, height);
  const voice = rtc.LocalAudioTrack.createAudioTrack(`equos_character_${identity}_audio`, audio);
  const picture = rtc.LocalVideoTrack.createVideoTrack(`equos_character_${identity}_video`, video);
  await localParticipant.publishTrack(
    voice,
    new rtc.TrackPublishOptions({ source: rtc.TrackSource.SOURCE_MICROPHONE }),
  );
  await localParticipant.publishTrack(picture, new rtc.TrackPublishOptions({ source: rtc.TrackSource.SOURCE_CAMERA }));

  let speaking = false;
  let ended = false;
  const began = performance.now();
  const drawing = new Picture();
  const draw = () => {
    const seconds = (performance.now() - began) / 1_000;
    video.captureFrame(new rtc.VideoFrame(drawing.at(seconds, speaking), width, height, rtc.VideoBufferType.I420));
  };
  draw();
  const drawer = setInterval(draw, 1_000 / framesPerSecond);
  drawer.unref();

  const sound = async () => {
    let spoken = 0;
    while (!ended) {
      const samples = speaking ? spokenFrame(spoken) : silentFrame();
      spoken = speaking ? spoken + frameSamples : 0;
      // Resolves when the queue has room, which is what sets the pace.
      await audio.captureFrame(new rtc.AudioFrame(samples, sampleRate, 1, frameSamples));
    }
  };
  // A source that is closed refuses the frame on its way.
  const sounding = sound().catch(() => undefined);

  return {
    speak(next) {
      if (!next) audio.clearQueue();
      speaking = next;
    },
    async end() {
      ended = true;
      clearInterval(drawer);
      await sounding;
      await Promise.all([voice.close(), picture.close()]);
    },
  };
}
