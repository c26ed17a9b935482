import { Stage } from "@equos-broker/conformance";
import { expect, it } from "vitest";
import { majors } from "./support/majors.js";
import { BuiltApp } from "./support/next-server.js";

it.each(majors)("a body that never ends is answered where no middleware reads it first, Next %i", async (major) => {
  const app = new BuiltApp(major);
  const host = {
    name: `Next ${major}`,
    column: `Next ${major}`,
    parser: "none",
    knowsMount: false,
    listen: (broker: Parameters<BuiltApp["listen"]>[0]) => app.listen(broker, "/api/unhooked/equos"),
  } as const;
  const stage = await Stage.open(host);
  try {
    const headers = { "content-type": "application/json", "x-user": stage.newUser() };
    const answer = await stage.until(stage.call("/start", { headers, body: { endless: '{"character":' } }));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([408, { code: "body-timeout" }]);
  } finally {
    await stage.close();
    await app.close();
  }
});
