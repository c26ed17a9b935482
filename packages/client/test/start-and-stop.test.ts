import { createEquos } from "@equos-broker/client";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { pageFor } from "./page.js";
import { problem, siteFor } from "./server.js";

async function siteAndPage(options = {}) {
  const page = pageFor();
  const site = await siteFor();
  return { site, page, equos: createEquos({ url: site.url, ...options }) };
}
const statuses = ({ emulator }: Awaited<ReturnType<typeof siteFor>>) =>
  emulator.conversations().map(({ status }) => status);

it("does nothing until it is asked to, and needs no window for that", () => {
  const equos = createEquos({ url: "/api/equos" });
  expect(equos.current).toBeUndefined();
  expect(equos.wasHere()).toBe(false);
  equos.leave();
  equos.close();
});

describe("start", () => {
  it("gives the grant, and the same conversation again", async () => {
    const { site, equos } = await siteAndPage();
    const first = await equos.start({ character: "guide" });
    expect(first).toMatchObject({
      grant: { conversation: { status: "running", maxSeconds: 600, character: { livekitIdentity: "avatar-guide" } } },
      resumed: false,
      delivery: expect.any(Number),
    });
    expect(Math.abs(first.clockAheadMs)).toBeLessThan(2_000);
    expect(equos.current).toBe(first);
    const again = await equos.start({ character: "guide" });
    expect(again).toMatchObject({ grant: first.grant, resumed: true });
    expect(first.delivery).toBeGreaterThan(0);
    expect(again.delivery).toBeGreaterThan(first.delivery);
    expect(site.calls[0]?.headers["equos-client"]).toBe("page");
    expect(statuses(site)).toEqual(["running"]);
  });

  it("is one request for a double click", async () => {
    const { site, equos } = await siteAndPage();
    const [one, other] = await Promise.all([equos.start({ character: "guide" }), equos.start({ character: "guide" })]);
    expect(one).toBe(other);
    expect(site.calls).toHaveLength(1);
  });

  it("fresh never gives the running one", async () => {
    const { site, equos } = await siteAndPage();
    await equos.start({ character: "guide" });
    expect((await equos.start({ character: "guide", fresh: true })).resumed).toBe(false);
    expect(statuses(site)).toEqual(["ended", "running"]);
  });

  it("that fails leaves nothing, and can be tried again", async () => {
    const { site, equos } = await siteAndPage();
    site.emulator.faults.queue("startConversation", fault.tooMany(17));
    await expect(equos.start({ character: "guide" })).rejects.toMatchObject({
      code: "upstream-busy",
      retryAfterSeconds: 17,
    });
    expect(equos.current).toBeUndefined();
    expect((await equos.start({ character: "guide" })).resumed).toBe(false);
  });

  it.each([
    ["an object", { "x-user": "bob" }],
    ["a function", () => ({ "x-user": "bob" })],
    ["a promise of a function", async () => ({ "x-user": "bob" })],
  ])("and all other calls send the headers of %s", async (_, headers) => {
    const { site, equos } = await siteAndPage({ headers });
    await equos.start({ character: "guide" });
    equos.joined();
    await equos.stop();
    expect(site.calls.map(({ headers: sent }) => sent["x-user"])).toEqual(["bob", "bob", "bob"]);
    expect(site.emulator.conversations()).toMatchObject([{ status: "ended" }]);
  });

  it("takes an address with slashes at its end", async () => {
    const { site } = await siteAndPage();
    await createEquos({ url: `${site.url}//` }).start({ character: "guide" });
    expect(statuses(site)).toEqual(["running"]);
  });
});

describe("stop", () => {
  it("ends it at Equos, proved by the token alone", async () => {
    let user = "ada";
    const { site, equos } = await siteAndPage({ headers: () => ({ "x-user": user }) });
    await equos.start({ character: "guide" });
    // Logged out, or somebody else by now.
    user = "bob";
    expect(await equos.stop()).toBe("ended");
    expect(equos.current).toBeUndefined();
    expect(statuses(site)).toEqual(["ended"]);
    expect(await equos.stop()).toBe("ended");
    expect(site.calls.map(({ action }) => action)).toEqual(["start", "stop"]);
  });

  it("is one request for a double click", async () => {
    const { site, equos } = await siteAndPage();
    await equos.start({ character: "guide" });
    expect(await Promise.all([equos.stop(), equos.stop()])).toEqual(["ended", "ended"]);
    expect(site.calls).toHaveLength(2);
  });

  it("waits for a start under way", async () => {
    const { site, equos } = await siteAndPage();
    const starting = equos.start({ character: "guide" });
    expect(await equos.stop()).toBe("ended");
    await starting;
    expect(statuses(site)).toEqual(["ended"]);
  });

  it("of one that is over says so", async () => {
    const { site, equos } = await siteAndPage();
    const { grant } = await equos.start({ character: "guide" });
    site.emulator.end(grant.conversation.id, "blocked");
    expect(await equos.stop()).toBe("ended");
    site.instead = () => problem(404, "not-found");
    expect(await equos.stop()).toBe("ended");
  });

  it("that fails keeps the conversation, and can be tried again", async () => {
    const { site, equos } = await siteAndPage();
    const started = await equos.start({ character: "guide" });
    site.instead = () => problem(503, "broker-closed", "Closing.");
    await expect(equos.stop()).rejects.toMatchObject({ code: "broker-closed", status: 503, message: "Closing." });
    // No word of the broker's: it may run on.
    site.instead = () => ({ status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not found</h1>" });
    await expect(equos.stop()).rejects.toMatchObject({ code: "unexpected-answer", status: 404 });
    site.instead = () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<h1>Sign in</h1>" });
    await expect(equos.stop()).rejects.toMatchObject({ code: "unexpected-answer", status: 200 });
    await site.down();
    await expect(equos.stop()).rejects.toMatchObject({ code: "unreachable", status: 0 });
    expect(equos.current).toBe(started);
    expect(statuses(site)).toEqual(["running"]);
    await site.up();
    site.instead = undefined;
    expect(await equos.stop()).toBe("ended");
    expect(statuses(site)).toEqual(["ended"]);
  });
});
