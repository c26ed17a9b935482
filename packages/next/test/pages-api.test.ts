import { describe, expect, it } from "vitest";
import { appOnEmulator } from "./support/app-on-emulator.js";
import { majors } from "./support/majors.js";
import { post } from "./support/post.js";

describe.each(majors)("the Pages API, Next %i", (major) => {
  const opened = appOnEmulator(major);
  const at = (path: string) => `${opened().app.origin}/api${path}`;

  it.each(["/equos-pages", "/equos-parsed"])("starts and stops at %s", async (mount) => {
    const user = `ada${mount.replace("/", "-")}`;
    const started = await post(at(`${mount}/start`), user, { character: "default" });
    expect(started.status).toBe(201);
    const { id } = JSON.parse(started.text).conversation;
    const resumed = await post(at(`${mount}/start`), user, {});
    expect([resumed.status, resumed.text]).toEqual([200, started.text]);
    const beacon = { headers: { "content-type": "text/plain" }, body: JSON.stringify({ id }) };
    const stopped = await post(at(`${mount}/stop`), user, {}, beacon);
    expect([stopped.status, JSON.parse(stopped.text)]).toEqual([200, { conversation: { id, status: "ended" } }]);
  });

  it("refuses bad bodies with problems of its own", async () => {
    const malformed = await post(at("/equos-pages/start"), "bob", {}, { body: "{" });
    expect([malformed.status, JSON.parse(malformed.text).code]).toEqual([400, "malformed-json"]);
    for (const mount of ["/equos-pages", "/equos-parsed"]) {
      const large = await post(at(`${mount}/start`), "bob", { character: "x".repeat(20_000) });
      expect([large.status, JSON.parse(large.text).code]).toEqual([413, "body-too-large"]);
      const unknown = await post(at(`${mount}/start`), "bob", { characterId: "cha_1" });
      expect([unknown.status, JSON.parse(unknown.text).code]).toEqual([400, "invalid-body"]);
      const empty = await post(at(`${mount}/start`), `bob${mount.replace("/", "-")}`, {}, { body: "" });
      expect(empty.status).toBe(201);
    }
  });

  it("leaves malformed JSON to Next where Next's parser is left on", async () => {
    const malformed = await post(at("/equos-parsed/start"), "bob", {}, { body: "{" });
    expect([malformed.status, malformed.text]).toEqual([400, "Invalid JSON"]);
  });

  it("prints nothing of an unfinished API route", () => {
    expect(opened().app.printed()).not.toMatch(/API resolved without sending a response/);
  });
});
