// @livekit/react-native 2.11, as far as the docs use it: it comes with React Native itself, 100 MB.
import type { TrackReference } from "@livekit/components-react";
import type { ReactNode } from "react";

export { useTracks } from "@livekit/components-react";

export declare const AudioSession: {
  startAudioSession(): Promise<void>;
  stopAudioSession(): Promise<void>;
};

export declare function LiveKitRoom(props: {
  serverUrl: string;
  token: string;
  connect?: boolean;
  audio?: boolean;
  video?: boolean;
  onDisconnected?: () => void;
  onError?: (error: Error) => void;
  children: ReactNode;
}): ReactNode;

export declare function VideoTrack(props: {
  trackRef: TrackReference | undefined;
  style?: { flex?: number; width?: number; height?: number };
}): ReactNode;
