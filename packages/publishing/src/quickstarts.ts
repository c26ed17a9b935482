import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { startLivekit } from "../../../scripts/livekit-server.js";
import { describeWithServers, RedisServer } from "../../redis/test/support/redis-server.js";
import { talkTo } from "./conversation.js";
import { chromiumPath, livekit, skipsRoom } from "./needs.js";
import { type Quickstart, quickstartOf } from "./readme.js";
import type { Stage } from "./stage.js";
import type { Team } from "./team.js";

/** Somebody in an empty folder types what a package's README says first, word for word, and it works. */
export function quickstarts(stage: () => Stage): void {
  const begin = async (name: string, blocks = 1): Promise<{ team: Team; quickstart: Quickstart }> => {
    const readme = stage().maintainer.read(`packages/${name}/README.md`);
    const quickstart = quickstartOf(readme, blocks);
    const team = stage().team(name);
    await team.type(quickstart.install);
    expect(team.read(`node_modules/@equos-broker/${name}/README.md`)).toBe(readme);
    return { team, quickstart };
  };
  /** What a TypeScript project has besides. */
  const withTypescript = (team: Team) => team.type("npm install --save-dev tsx typescript @types/node");

  it.each(["express", "fastify"])("%s, by its README", async (name) => {
    const { team, quickstart } = await begin(name);
    await withTypescript(team);
    team.write("server.ts", quickstart.code.join());
    const { emulator, env } = await stage().equos();
    await talkTo(await team.serve(["tsx", "server.ts"], env), emulator);
  });

  it("next, by its README", async () => {
    const { team, quickstart } = await begin("next", 3);
    await team.type("npm install next react react-dom && npm install --save-dev typescript @types/node @types/react");
    for (const code of quickstart.code) team.write(/^\/\/ (\S+)/.exec(code)?.[1] ?? "", code);
    team.write(
      "app/layout.tsx",
      "export default ({ children }: LayoutProps<'/'>) => <html><body>{children}</body></html>;",
    );
    team.write("app/page.tsx", "export default () => <p>Shop</p>;");
    await team.type("npx next build");
    const { emulator, env } = await stage().equos();
    await talkTo(await team.serve(["next", "start"], env), emulator, { cookie: "user=ada" });
  });

  it("emulator, by its README", async () => {
    const { team, quickstart } = await begin("emulator");
    await withTypescript(team);
    team.write("try.ts", quickstart.code.join());
    await team.type("npx tsx try.ts");
    expect(await team.type("npx equos-emulator --help")).toContain("--port");
  });

  describeWithServers("with a Redis", () => {
    it("redis, by its README", async () => {
      const { team, quickstart } = await begin("redis");
      await withTypescript(team);
      team.write("server.ts", quickstart.code.join());
      const redis = await RedisServer.start("--maxmemory-policy", "noeviction");
      onTestFinished(() => redis.remove());
      const { emulator, env } = await stage().equos();
      const more = { ...env, REDIS_URL: redis.url, BROKER_SECRET: "a secret of this test alone and long enough" };
      await talkTo(await team.serve(["tsx", "server.ts"], more), emulator);
    });
  });

  it.skipIf(skipsRoom)("client, by its README, on the page of a server that was made by another one", async () => {
    if (livekit === undefined) throw new Error("Go is missing, with which the LiveKit server is built");
    const room = await startLivekit(livekit);
    onTestFinished(() => room.close());
    const { emulator, env } = await stage().equos({ livekit: room });
    const { team, quickstart } = await begin("client");
    // The server of the README before, in a folder of its own.
    const url = await stage().team("express").serve(["tsx", "server.ts"], env);
    team.write("page.ts", `${quickstart.code.join()}\nObject.assign(globalThis, { talk, hangUp });\n`);
    const bundle = await build({ entryPoints: [`${team.folder}/page.ts`], bundle: true, format: "esm", write: false });
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        // A page that comes from no address counts as one of the internet, which may not call this machine.
        "--disable-features=LocalNetworkAccessChecks",
      ],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const html = `<!doctype html><script type="module">${bundle.outputFiles[0]?.text ?? ""}</script>`;
    await page.route(`${url}/`, (route) => route.fulfill({ contentType: "text/html", body: html }));
    await page.goto(`${url}/`);
    const run = (call: string) =>
      page.evaluate(call).catch((error: unknown) => {
        // Its stack is of the page, in which no file is.
        throw new Error(`${call}: ${String(error).replace(/\n.*/s, "")}`);
      });
    await run("talk()");
    expect(emulator.conversations()).toMatchObject([{ status: "running" }]);
    await run("hangUp()");
    emulator.assertNothingRunning();
  });
}
