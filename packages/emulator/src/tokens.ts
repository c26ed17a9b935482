import { AccessToken } from "livekit-server-sdk";
import type { EmulatorClock } from "./clock.js";

/** The LiveKit server that conversations point to and whose key signs their tokens. */
export interface EmulatorLivekit {
  /** WebSocket URL, the `serverUrl` of every conversation. */
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The one that does not exist: tokens are real, nobody answers at the address. */
export const noLivekit: EmulatorLivekit = {
  url: "wss://emulator.equos.invalid",
  apiKey: "emulator",
  apiSecret: "emulator-livekit-secret-that-signs-nothing-real",
};

/** What `livekit-server --dev` uses. */
export const livekitDevelopmentKey = { apiKey: "devkey", apiSecret: "secret" };

export type SignToken = (participant: { identity: string; name: string }, room: string) => Promise<string>;

/** Signs participants' tokens, valid for `ttlSeconds` of the emulator's clock. */
export function tokenSigner(livekit: EmulatorLivekit, clock: EmulatorClock, ttlSeconds: number): SignToken {
  return ({ identity, name }, room) => {
    const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity, name });
    // The constructor counts from the system's time; a number set afterwards is the moment itself, in epoch seconds.
    token.ttl = Math.floor(clock.now() / 1_000) + ttlSeconds;
    token.addGrant({ room, roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: true });
    return token.toJwt();
  };
}
