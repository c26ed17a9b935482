import { EquosClient } from "@equos-broker/api";
import type { Emulator, EmulatorOptions } from "@equos-broker/emulator";
import { emulatorFor } from "./support.js";

/** An emulator and a client of it. */
export async function emulatorAndClient(
  options?: EmulatorOptions,
): Promise<{ emulator: Emulator; equos: EquosClient }> {
  const emulator = await emulatorFor(options);
  return { emulator, equos: EquosClient.create(emulator.apiKey, { endpoint: emulator.url }) };
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<{ status: number; message: unknown }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "response" in error) {
      // The client's own error; its response is what this test looks at.
      const { response } = error as { response: { status: number; text(): Promise<string> } };
      return { status: response.status, message: JSON.parse(await response.text()).message };
    }
    throw error;
  }
  throw new Error("the call was expected to be refused");
}
