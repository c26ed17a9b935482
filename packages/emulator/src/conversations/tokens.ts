import { createHmac } from "node:crypto";
import type { EmulatorClock } from "../clock/clock.js";

/** The LiveKit server that conversations point to and whose key signs their tokens. */
export interface EmulatorLivekit {
  /** WebSocket URL, the `serverUrl` of every conversation. */
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The same, as options name it. @inline */
export interface GivenLivekit {
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
}

/** The one that does not exist: tokens are real, nobody answers at the address. */
export const noLivekit: EmulatorLivekit = {
  url: "wss://emulator.equos.invalid",
  apiKey: "emulator",
  apiSecret: "emulator-livekit-secret-that-signs-nothing-real",
};

/** What `livekit-server --dev` uses. */
export const livekitDevelopmentKey = { apiKey: "devkey", apiSecret: "secret" };

/** With the development key where none is given; a variable that is not set counts as none. */
export const completeLivekit = ({
  url,
  apiKey = livekitDevelopmentKey.apiKey,
  apiSecret = livekitDevelopmentKey.apiSecret,
}: GivenLivekit): EmulatorLivekit => ({ url, apiKey, apiSecret });

export interface Participant {
  readonly identity: string;
  readonly name: string;
}

export type SignToken = (participant: Participant, room: string) => string;

const base64Url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = base64Url({ alg: "HS256" });

/**
 * Signs participants' tokens, valid for `ttlSeconds` of the emulator's clock. The claims are those of LiveKit's server SDK, with
 * which a test compares them; loading that SDK takes longer than everything else until an emulator listens.
 */
export function tokenSigner(livekit: EmulatorLivekit, clock: EmulatorClock, ttlSeconds: number): SignToken {
  return ({ identity, name }, room) => {
    const now = Math.floor(clock.now() / 1_000);
    // A LiveKit server that runs has the system's time and refuses what is not valid yet.
    const nbf = Math.min(now, Math.floor(Date.now() / 1_000));
    const grant = { room, roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: true };
    const claims = { name, video: grant, iss: livekit.apiKey, exp: now + ttlSeconds, nbf, sub: identity };
    const signed = `${header}.${base64Url(claims)}`;
    return `${signed}.${createHmac("sha256", livekit.apiSecret).update(signed).digest("base64url")}`;
  };
}
