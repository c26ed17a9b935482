import { conformance, type Host } from "@equos-broker/conformance";
import { afterAll } from "vitest";
import type { Major } from "./support/majors.js";
import { BuiltApp } from "./support/next-server.js";

type Own = NonNullable<Host["own"]>;

const redirects = "Next redirects to the path without it, before any route.";
const readsFirst =
  "With a middleware (Next 16: proxy) in the app, Next reads the whole body before the route, for as long as Node's requestTimeout allows.";

const ownCopy = "Next gives its middleware (Next 16: proxy) a copy of the body, so the route has all of it.";

/** What Next does whatever the route is. */
const everywhere: Own = {
  "start with a trailing slash": { status: 308, reason: redirects },
  "a doubled slash before an action": { status: 308, reason: redirects },
  "a path below an action": { status: 404, reason: "The route has one segment, so Next's own 404 page answers." },
  "a broken encoding": { status: 400, reason: "Next refuses a path that does not decode." },
  "start with a body that never ends": { status: 0, reason: readsFirst },
  "start with one byte a second": { status: 0, reason: readsFirst },
  "a hook of the host that has read the body and kept nothing": { status: 201, reason: ownCopy },
  "a hook of the host that has destroyed the body": { status: 201, reason: ownCopy },
};

const notAllowed = { status: 405, reason: "Next answers methods that a route file does not export, without a body." };

const inRouteHandlers: Own = {
  ...everywhere,
  "GET start": notAllowed,
  "HEAD start": notAllowed,
  "PUT start": notAllowed,
  "PATCH start": notAllowed,
  "DELETE start": notAllowed,
};

/** Declares the conformance suite for one way of mounting on Next, and closes Next's server behind it. */
function conformanceOnNext(name: string, major: Major, mount: string, own: Own): void {
  let app: BuiltApp | undefined;
  conformance({
    name,
    column: name,
    own,
    parser: "none",
    knowsMount: false,
    listen: async (broker) => {
      app ??= new BuiltApp(major);
      return await app.listen(broker, mount);
    },
  });
  afterAll(async () => await app?.close());
}

export const routeHandlers = (major: Major) =>
  conformanceOnNext(`Next ${major}`, major, "/api/v1/equos", inRouteHandlers);

export const pagesApi = (major: Major) =>
  conformanceOnNext(`Next ${major}, Pages API`, major, "/api/v1/equos-pages", everywhere);
