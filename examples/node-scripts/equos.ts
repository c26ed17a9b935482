import { realpathSync } from "node:fs";
import { EquosClient } from "@equos-broker/api";

/** Everything that these scripts make carries it, and nothing else is changed or deleted. */
export const client = "node-scripts";

/** Where `npm run emulator` answers. */
const emulatorUrl = "http://127.0.0.1:4010";

let connection: Promise<{ equos: EquosClient; close(): Promise<void> }> | undefined;

async function connect() {
  const { EQUOS_API_KEY, EQUOS_ENDPOINT } = process.env;
  if (EQUOS_API_KEY) {
    const equos = EquosClient.create(EQUOS_API_KEY, { endpoint: EQUOS_ENDPOINT || undefined });
    console.log(`Equos at ${equos.getBasePath()}`);
    return { equos, close: async () => undefined };
  }
  const { emulatorApiKey, startEmulator } = await import("@equos-broker/emulator");
  const running = await fetch(`${emulatorUrl}/v3/health`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (running) {
    console.log(`the emulator at ${emulatorUrl}`);
    return { equos: EquosClient.create(emulatorApiKey, { endpoint: emulatorUrl }), close: async () => undefined };
  }
  // Longer than a script runs, so that it sees a document while it is being indexed.
  const emulator = await startEmulator({ switches: { indexSeconds: 1 } });
  console.log("an emulator for this run only; `npm run emulator` starts one that remembers");
  return { equos: EquosClient.create(emulator.apiKey, { endpoint: emulator.url }), close: () => emulator.close() };
}

/** The client: of Equos where EQUOS_API_KEY is set, else of an emulator. */
export async function equosClient(): Promise<EquosClient> {
  connection ??= connect();
  return (await connection).equos;
}

/** Runs a recipe when its file is the one that was started. */
export async function main(file: string, recipe: () => Promise<unknown>): Promise<void> {
  // Node tells its own file where a link leads.
  if (file !== realpathSync(process.argv[1] ?? "")) return;
  try {
    await recipe();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await (await connection)?.close();
  }
}
