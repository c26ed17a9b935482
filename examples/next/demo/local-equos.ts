import type { Emulator } from "@equos-broker/emulator";
import { characters } from "../characters.js";

/** Where to connect to of a LiveKit server that answers; `undefined` where there is none. */
async function livekit() {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = process.env;
  const origin = url?.replace(/^ws/, "http").replace(/\/+$/, "");
  const answer =
    origin &&
    (await fetch(origin, { signal: AbortSignal.timeout(3000) })
      .then((response) => response.text())
      .catch(() => undefined));
  // What LiveKit itself answers; another server may have taken its port.
  if (answer === "OK") return { url: url ?? "", apiKey, apiSecret, origins: `${url} ${origin}` };
  const how = process.env.LIVEKIT_HOW ?? "set LIVEKIT_URL to one, such as that of `livekit-server --dev`";
  const which = url ? `No LiveKit server answers at ${url}` : "No LiveKit server";
  console.log(`${which}, so no picture, voice and answers: ${how}.`);
  return undefined;
}

/**
 * An Equos on this machine in place of the real one, set in the environment as that would be. It costs nothing. With a LiveKit
 * server its characters come into the room.
 */
export async function localEquos(): Promise<Emulator> {
  const { startEmulator } = await import("@equos-broker/emulator");
  const room = await livekit();
  const emulator = await startEmulator({
    switches: { joined: "consumer" },
    ...(room === undefined ? {} : { livekit: room, avatar: true }),
  });
  process.env.EQUOS_ENDPOINT = emulator.url;
  process.env.EQUOS_API_KEY = emulator.apiKey;
  for (const [index, { alias }] of characters.entries()) {
    const id = emulator.characterIds[index] ?? emulator.characterId;
    process.env[`EQUOS_CHARACTER_${alias.toUpperCase()}`] = id;
  }
  // What stands in .env is for the real one's records.
  process.env.REDIS_URL ??= "";
  if (room !== undefined) process.env.LIVEKIT_ORIGINS ??= room.origins;
  return emulator;
}
