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
  utter(content: string): Promise<void>;
  interrupt(): Promise<void>;
  expireSoon(seconds: number): Promise<void>;
  leave(): Promise<void>;
}

export async function enterRoom(_part: AvatarPart, _events: AvatarEvents): Promise<Avatar> {
  throw new Error("not yet");
}
