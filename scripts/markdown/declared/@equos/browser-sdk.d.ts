// @equos/browser-sdk, v3 line of 2026, written by hand from its sources.

type Mode = "text" | "audio" | "video";

interface EquosConversationEvents {
  utterance: (event: { author: "agent" | "user"; content: string; recordedAt: string; finished?: boolean }) => void;
  trigger: (event: { name: string; params: unknown }) => void;
  interrupt: () => void;
  expire_soon: (event: { seconds_remaining: number }) => void;
  error: (event: { code: string }) => void;
  connectionStateChanged: (state: string) => void;
  agentConnected: () => void;
  agentDisconnected: () => void;
  modeChanged: (mode: Mode) => void;
  dataReceived: (data: unknown) => void;
}

export declare class EquosConversation {
  constructor(options: {
    config: { wsUrl: string; token: string; agentIdentity?: string };
    autoPublishMic?: boolean;
    mode?: Mode;
  });
  readonly state: string;
  readonly mode: Mode;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  attach(element: HTMLElement): void;
  detach(element: HTMLElement): void;
  sendText(text: string): Promise<void>;
  sendContext(content: string): Promise<void>;
  setMode(mode: Mode): void;
  setMicrophoneEnabled(enabled: boolean): Promise<void>;
  setCameraEnabled(enabled: boolean): Promise<void>;
  setScreenShareEnabled(enabled: boolean): Promise<void>;
  on<Name extends keyof EquosConversationEvents>(name: Name, listener: EquosConversationEvents[Name]): void;
  off<Name extends keyof EquosConversationEvents>(name: Name, listener: EquosConversationEvents[Name]): void;
}
