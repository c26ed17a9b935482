import { createEquos, type End } from "@equos-broker/client";
import { expect, it, vi } from "vitest";
import { pageFor } from "./page.js";
import { siteFor } from "./server.js";

async function talking() {
  const page = pageFor();
  const site = await siteFor();
  const equos = createEquos({ url: site.url });
  await equos.start({ character: "guide" });
  return { page, site, equos };
}

it("with nobody else there ends it, after the server's grace", async () => {
  const { site, equos } = await talking();
  equos.leave();
  expect(equos.current).toBeUndefined();
  await vi.waitFor(() => expect(site.calls).toHaveLength(2));
  expect(site.emulator.conversations()).toMatchObject([{ status: "running" }]);
  await vi.waitFor(() => expect(site.emulator.conversations()).toMatchObject([{ status: "ended" }]), {
    timeout: 6_000,
  });
});

it.each([
  ["says so", ({ equos }: Awaited<ReturnType<typeof talking>>) => equos.leave()],
  ["is closed", ({ page }: Awaited<ReturnType<typeof talking>>) => page.hide()],
])("a page that %s after another one took over does not end it", async (_, go) => {
  const talk = await talking();
  const { site } = talk;
  pageFor();
  const later = createEquos({ url: site.url });
  expect(await later.start({ character: "guide" })).toMatchObject({ resumed: true });
  go(talk);
  await vi.waitFor(() => expect(site.calls).toHaveLength(3));
  // Somebody else's, left after that: once it has ended, so would have the first.
  const other = createEquos({ url: site.url, headers: { "x-user": "bob" } });
  await other.start({ character: "guide" });
  other.leave();
  const statuses = () => site.emulator.conversations().map(({ status }) => status);
  await vi.waitFor(() => expect(statuses()).toContain("ended"), { timeout: 6_000 });
  expect(statuses()).toEqual(["running", "ended"]);
  expect(later.current).toBeDefined();
});

it("ends it for an earlier page too, which hears of it with its next heartbeat", async () => {
  pageFor();
  const site = await siteFor();
  const ends: End[] = [];
  const earlier = createEquos({ url: site.url, onEnd: (end) => void ends.push(end) });
  const started = await earlier.start({ character: "guide" });
  const later = createEquos({ url: site.url });
  await later.start({ character: "guide" });
  later.leave();
  await vi.waitFor(() => expect(site.calls).toHaveLength(3));
  earlier.joined();
  await vi.waitFor(() => expect(site.calls).toHaveLength(4));
  await vi.waitFor(() => site.emulator.assertNothingRunning(), { timeout: 6_000 });
  expect(ends).toEqual([]);
  earlier.joined();
  await vi.waitFor(() => expect(ends).toEqual([{ started, reason: "ended" }]));
});

it("an earlier page takes it back by another start within the grace", async () => {
  const { site, equos: earlier } = await talking();
  earlier.joined();
  pageFor();
  const later = createEquos({ url: site.url });
  await later.start({ character: "guide" });
  later.leave();
  await vi.waitFor(() => expect(site.calls).toHaveLength(4));
  expect(await earlier.start({ character: "guide" })).toMatchObject({ resumed: true });
  earlier.joined();
  // Somebody else's, left after that: once it has ended, so would have the first.
  const other = createEquos({ url: site.url, headers: { "x-user": "bob" } });
  await other.start({ character: "guide" });
  other.leave();
  const statuses = () => site.emulator.conversations().map(({ status }) => status);
  await vi.waitFor(() => expect(statuses()).toContain("ended"), { timeout: 6_000 });
  expect(statuses()).toEqual(["running", "ended"]);
});

it("sends no keep-alive, and nothing twice", async () => {
  const { page, site, equos } = await talking();
  equos.leave();
  equos.leave();
  equos.joined();
  page.hide();
  equos.close();
  await vi.waitFor(() => site.emulator.assertNothingRunning(), { timeout: 6_000 });
  expect(site.calls.map(({ action }) => action)).toEqual(["start", "stop"]);
});
