/** One server of the chaos run: what a team would write, on express. Forked by `server-process.ts`, as one file. */
import { ConversationBroker, type ExpressContext, toExpress } from "@equos-broker/express";
import { redisLedger } from "@equos-broker/redis";
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
const log = (level: string) => (details: object, message: string) => tell({ says: "log", level, message, details });

function ledger() {
  const url = `redis://127.0.0.1:${settings.redisPort}`;
  if (settings.redisClient === "ioredis") {
    const client = new Redis(url);
    client.on("error", () => undefined);
    return redisLedger(client);
  }
  const client = createClient({ url });
  client.on("error", () => undefined);
  client.connect().catch(() => undefined);
  return redisLedger(client);
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
  ledger: ledger(),
  limits: { maxSeconds: terms.maxSeconds, perConsumer: terms.perConsumer, overall: terms.overall },
  joinWithinSeconds: terms.joinWithinSeconds,
  keepAliveSeconds: terms.keepAliveSeconds,
  leaveGraceSeconds: terms.leaveGraceSeconds,
  timeouts: terms.timeouts,
  logger: { warn: log("warn"), error: log("error") },
  onEvent: (event) => tell({ says: "event", event: { ...event } }),
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
