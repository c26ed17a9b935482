/** One server of the chaos run: what a team would write, on express. Forked by `server-process.ts`, as one file. */
import type { BrokerEvent } from "@equos-broker/core";
import { ConversationBroker, type ExpressContext, toExpress } from "@equos-broker/express";
import { redisStore } from "@equos-broker/redis";
import express from "express";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { deployment, type ServerMessage, type ServerSettings } from "./server-settings.js";

// The harness wrote it.
const settings = JSON.parse(process.argv[2] ?? "") as ServerSettings;
const { terms } = settings;

const tell = (message: ServerMessage) => {
  // The harness may be gone already; then this process ends, too.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
const acknowledged = new Map<number, () => void>();
let events = 0;
process.on("message", (number: number) => acknowledged.get(number)?.());

/** Resolves when the harness has acknowledged the event. A server that is killed before has not delivered it. */
function report(event: BrokerEvent): Promise<void> {
  events += 1;
  const number = events;
  return new Promise<void>((resolve) => {
    acknowledged.set(number, resolve);
    tell({ says: "event", number, event: { ...event } });
  }).finally(() => acknowledged.delete(number));
}

const log = (level: string) => (details: object, message: string) => tell({ says: "log", level, message, details });

function store() {
  const url = `redis://127.0.0.1:${settings.redisPort}`;
  if (settings.redisClient === "ioredis") {
    const client = new Redis(url);
    client.on("error", () => undefined);
    return redisStore(client);
  }
  const client = createClient({ url });
  client.on("error", () => undefined);
  client.connect().catch(() => undefined);
  return redisStore(client);
}

const broker = new ConversationBroker({
  authorize: ({ header }: ExpressContext) => {
    const user = header("x-user");
    return user === undefined ? null : { identity: user, name: user };
  },
  apiKey: settings.apiKey,
  endpoint: settings.endpoint,
  characters: settings.characters,
  deployment,
  secret: settings.secret,
  store: store(),
  limits: { maxSeconds: terms.maxSeconds, perConsumer: terms.perConsumer, overall: terms.overall },
  joinWithinSeconds: terms.joinWithinSeconds,
  keepAliveSeconds: terms.keepAliveSeconds,
  leaveGraceSeconds: terms.leaveGraceSeconds,
  timeouts: terms.timeouts,
  logger: { warn: log("warn"), error: log("error") },
  onEvent: report,
});

const app = express();
app.use("/api", toExpress(broker));
app.post("/reconcile", (_request, response) => {
  broker.reconcile().then(
    (report) => response.json(report),
    (error: unknown) => response.status(503).json({ error: String(error) }),
  );
});
const server = app.listen(settings.port, "127.0.0.1", () => tell({ says: "ready" }));

process.on("SIGTERM", () => {
  server.close();
  broker.close().finally(() => process.exit(0));
});
process.on("disconnect", () => process.exit(0));
