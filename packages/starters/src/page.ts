import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

const shots = fileURLToPath(new URL("../work/screenshots/", import.meta.url));
mkdirSync(shots, { recursive: true });

/** Sums up what moved by itself; what follows a press does not count. */
function watchShifts(): void {
  const shifts = { sum: 0 };
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput } = Object(entry);
      if (!hadRecentInput) shifts.sum += value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** A starter's page in a tab, driven by what its user sees. */
export class TalkPage {
  readonly tab: Page;
  /** What the browser complained about: errors, violations of the Content-Security-Policy. */
  readonly complaints: string[] = [];

  private constructor(tab: Page) {
    this.tab = tab;
    tab.on("console", (message) => {
      const { url } = message.location();
      if (message.type() === "error") this.complaints.push(`${message.text()} (${url && new URL(url).pathname})`);
    });
    tab.on("pageerror", (error) => this.complaints.push(error.message));
  }

  static async open(context: BrowserContext, url: string): Promise<TalkPage> {
    const tab = await context.newPage();
    await tab.addInitScript(watchShifts);
    const page = new TalkPage(tab);
    await tab.goto(url);
    return page;
  }

  async phase(...names: string[]): Promise<void> {
    const selector = names.map((name) => `#talk[data-phase=${name}]`).join(", ");
    await this.tab.waitForSelector(selector, { timeout: 30_000 }).catch(async (error: unknown) => {
      const [status, alert] = await Promise.all([this.text("#status"), this.text("#alert")]);
      throw new Error(`not ${names.join(" or ")}: ${status} ${alert} ${this.complaints.join("\n")}`, { cause: error });
    });
  }

  async text(selector: string): Promise<string> {
    return (await this.tab.textContent(selector)) ?? "";
  }

  /** Starts, and waits for the character. */
  async talk(): Promise<void> {
    await this.tab.click("#start");
    await this.phase("talking");
  }

  async hangUp(): Promise<void> {
    await this.tab.click("#hangup");
    await this.phase("over");
  }

  async say(text: string): Promise<void> {
    await this.tab.fill("#text", text);
    await this.tab.press("#text", "Enter");
  }

  async trouble(text: string, seconds = 30): Promise<void> {
    await expect.poll(() => this.text("#alert"), { timeout: seconds * 1000, interval: 100 }).toContain(text);
  }

  /** What the character's video and sound are doing. */
  media(): Promise<{ width: number; seconds: number; sound: string | undefined }> {
    return this.tab.evaluate(() => {
      const [video, audio] = [document.querySelector("video"), document.querySelector("audio")];
      const stream = audio?.srcObject;
      const [track] = stream instanceof MediaStream ? stream.getAudioTracks() : [];
      return { width: video?.videoWidth ?? 0, seconds: video?.currentTime ?? 0, sound: track?.readyState };
    });
  }

  async shot(name: string): Promise<void> {
    await this.tab.screenshot({ path: `${shots}${name}.png`, fullPage: true });
  }

  /** What axe-core has to say, in both colour schemes. */
  async violations(): Promise<string[]> {
    await this.tab.evaluate(axe.source);
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await this.tab.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await this.tab.evaluate(() =>
        // Put there a moment ago.
        (window as unknown as { axe: { run(): Promise<import("axe-core").AxeResults> } }).axe.run(),
      );
      found.push(
        ...violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      );
    }
    await this.tab.emulateMedia({ colorScheme: null, reducedMotion: null });
    return found;
  }

  /** How far things moved by themselves, by the measure of the web vitals. */
  shifts(): Promise<number> {
    return this.tab.evaluate(() => Object(window).shifts.sum);
  }

  overflow(): Promise<number> {
    return this.tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }
}
