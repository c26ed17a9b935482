import { randomFillSync } from "node:crypto";

// What Equos and the broker would have made: as long, and of as many different parts, as the real thing.

const pool = Buffer.alloc(2 ** 16);
let taken = pool.length;

/** So many characters. Drawn from a pool: each draw from the system costs more than what is measured. */
export function random(length: number): string {
  if (taken + length > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += length;
  return pool.toString("base64url", taken - length, taken).slice(0, length);
}

/** Of one piece, as it is once it was read. V8 keeps what was pasted together as a tree of its parts. */
export const flat = (text: string): string => Buffer.from(text).toString("latin1");

export const conversationId = (): string => flat(`con_${crypto.randomUUID()}`);

export const identity = (index: number): string => `user_${index.toString(36).padStart(8, "0")}`;

const TOKEN_LENGTH = 450;

/** A LiveKit token of 450 characters. Nobody here checks its signature, so that fills it up. */
export function livekitToken(participant: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    name: "Ada Lovelace",
    video: { room: `room_${crypto.randomUUID()}`, roomJoin: true, canPublish: true, canSubscribe: true },
    iss: "APIwLeah7g4fuLY",
    exp: seconds + 6 * 3600,
    nbf: seconds,
    sub: participant,
  };
  const head = [{ alg: "HS256", typ: "JWT" }, claims].map((part) => base64url(JSON.stringify(part))).join(".");
  return `${head}.${random(TOKEN_LENGTH)}`.slice(0, TOKEN_LENGTH);
}

const base64url = (text: string) => Buffer.from(text).toString("base64url");

/** What the broker keeps of an answer, and gives to a client. */
export function grant(participant: string, now: number, maxSeconds: number) {
  return {
    conversation: {
      id: conversationId(),
      status: "running",
      serverUrl: "wss://equos-production-8x2k4v1q.livekit.cloud",
      maxSeconds,
      startedAt: new Date(now).toISOString(),
      character: { name: "Museum guide", livekitIdentity: `avatar_${crypto.randomUUID()}` },
    },
    consumerAccessToken: livekitToken(participant, now),
  };
}
