import { type Emulator, type EmulatorOptions, startEmulator } from "@equos-broker/emulator";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { expect, onTestFinished, vi } from "vitest";
import { type LivekitServer, startLivekit } from "../../../scripts/livekit-server.js";
import { copied, type StarterName } from "./copied.js";
import { freePort } from "./free-port.js";
import { chromiumPath, livekit } from "./needs.js";
import { TalkPage } from "./page.js";
import { type Running, running } from "./running.js";

const phone = { width: 375, height: 740 };

/** A starter that runs, with everything around it: Equos, a LiveKit server, a browser. */
export class World {
  readonly name: StarterName;
  readonly folder: string;
  readonly livekit: LivekitServer;
  readonly #browser: Browser;
  readonly #equosPort: number;
  readonly #port: number;
  #server: Running | undefined;

  private constructor(name: StarterName, folder: string, room: LivekitServer, browser: Browser, ports: number[]) {
    [this.name, this.folder, this.livekit, this.#browser] = [name, folder, room, browser];
    [this.#equosPort = 0, this.#port = 0] = ports;
  }

  static async open(name: StarterName): Promise<World> {
    const folder = await copied(name);
    const [room, browser] = await Promise.all([
      World.room(),
      chromium.launch({
        executablePath: chromiumPath,
        args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--use-fake-device-for-media-stream"],
      }),
    ]);
    const world = new World(name, folder, room, browser, [await freePort(), await freePort()]);
    await world.start();
    return world;
  }

  static async room(): Promise<LivekitServer> {
    if (livekit === undefined) throw new Error("Go is missing, with which the LiveKit server is built");
    return await startLivekit(livekit);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get server(): Running {
    if (this.#server === undefined) throw new Error("the starter does not run");
    return this.#server;
  }

  /** The environment of a server that is told all it needs to know. */
  get settings() {
    return {
      EQUOS_ENDPOINT: `http://127.0.0.1:${this.#equosPort}`,
      EQUOS_API_KEY: "sk_emulator_opens_nothing_but_an_emulator",
      EQUOS_CHARACTER_GUIDE: "cha_emulator_guide",
      EQUOS_CHARACTER_COACH: "cha_emulator_coach",
      VISITOR_SECRET: "a secret that only these tests know long enough",
      LIVEKIT_ORIGINS: "ws://127.0.0.1:* http://127.0.0.1:*",
    };
  }

  /** `npm start`, with the emulator's address in place of Equos'. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#server = await running(this.folder, "start", this.#port, { ...this.settings, ...env });
  }

  /** The Equos of a test, at the address that the starter knows. */
  async equos(options: EmulatorOptions = {}): Promise<Emulator> {
    const { livekit: room } = this;
    const start = () =>
      startEmulator({
        livekit: room,
        avatar: true,
        port: this.#equosPort,
        ...options,
        switches: { joined: "consumer", ...options.switches },
      });
    // Whoever looks for a free port has it for a moment.
    const emulator = await vi.waitFor(start, { timeout: 5_000, interval: 50 });
    onTestFinished(() => emulator.close());
    return emulator;
  }

  /** A visitor's browser with the starter's page open. At the test's end nothing may be left that it complained about. */
  async visitor(options: BrowserContextOptions & { microphone?: boolean } = {}, url = this.url) {
    const { microphone = true, ...more } = options;
    const context = await this.#browser.newContext({ viewport: phone, ...more });
    if (microphone) await context.grantPermissions(["microphone"]);
    const pages: TalkPage[] = [];
    onTestFinished(async () => {
      await context.close();
      expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);
    });
    const open = async () => {
      const page = await TalkPage.open(context, url);
      pages.push(page);
      return page;
    };
    return { context, open, page: await open() };
  }

  async close(): Promise<void> {
    await this.#server?.end("SIGTERM");
    await Promise.all([this.#browser.close(), this.livekit.close()]);
  }
}
