import { conformance } from "@equos-broker/conformance";
import cors from "cors";
import { afterEach } from "vitest";
import { adapters, type Before } from "./hosts.js";

// The adapters of docs/writing-an-adapter.md, through every case that our own adapters pass.

// They are examples: no table of docs/adapters.md has them.
afterEach(({ task }) => {
  delete task.meta.conformance;
});

/** As the header `x-host-hook` says. */
const hook: Before = async (request, response) => {
  const says = request.headers["x-host-hook"];
  if (says === "reads") for await (const _ of request);
  if (says === "destroys") request.destroy();
  if (says === "rejects") response.writeHead(500).end("the host's own hook");
  return says === "rejects";
};

const plugin = cors({ origin: "https://app.example", credentials: true });

/** The usual CORS plugin, which answers preflights by itself. */
const besideCors: Before = (request, response) =>
  new Promise((resolve) => {
    plugin(request, response, () => resolve(false));
    response.once("finish", () => resolve(true));
  });

for (const [name, listen] of Object.entries(adapters)) {
  conformance({
    name,
    column: name,
    parser: "none",
    knowsMount: true,
    own: {
      "a hook of the host that has destroyed the body": {
        status: 0,
        reason: "The body's stream is the connection: nobody is left to answer.",
      },
    },
    listen: (broker) => listen(broker, hook),
    listenBesideCors: (broker) => listen(broker, besideCors),
  });
}
