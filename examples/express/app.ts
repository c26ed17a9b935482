import { fileURLToPath } from "node:url";
import { ConversationBroker, type ExpressContext, toExpress, visitors } from "@equos-broker/express";
import express from "express";
import { isLocal, notLocal } from "./local-only.js";
import type { Settings } from "./settings.js";
import { openStore } from "./store.js";

const pages = fileURLToPath(new URL("./dist/", import.meta.url));

/** Everything that the server does: the broker at `/api/equos`, the page, and `/health`. */
export async function createApp(settings: Settings) {
  // Who may start? Everybody who has loaded the page. For your own login replace these two lines, see README.
  const visitor = visitors({ secret: settings.visitorSecrets, secure: settings.secureCookie });
  const authorize = (context: ExpressContext) => visitor(context);

  const store = await openStore(settings);
  const broker = new ConversationBroker({
    authorize,
    characters: settings.characters,
    limits: {
      maxSeconds: 600,
      perConsumer: { active: 1, starts: { max: 20, perSeconds: 3600 } },
      // However many visitors one address claims to be.
      perIp: { active: 5, starts: { max: 60, perSeconds: 3600 }, seconds: { max: 9000, perSeconds: 86_400 } },
      // What a bad day may cost.
      overall: { active: 10, seconds: { max: 36_000, perSeconds: 86_400 } },
    },
    ...store.options,
  });
  // A server that nobody has asked yet does nothing, not even for one that was killed.
  if (settings.redisUrl !== undefined) broker.sweep().catch((error) => console.error("sweep:", error.message));
  let closing = false;

  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", settings.proxies);
  if (!settings.secureCookie) {
    app.use((req, res, next) =>
      isLocal(req.headers.host) ? next() : void res.status(403).type("text").send(notLocal),
    );
  }
  app.use((_req, res, next) => {
    res.set(securityHeaders(settings.livekit));
    next();
  });
  app.use("/api/equos", toExpress(broker));
  app.get("/health", (_req, res) => void res.status(closing ? 503 : 200).json({ ok: !closing }));
  app.get("/", async (req, res) => {
    const cookie = await visitor.issue(req.headers.cookie);
    if (cookie) res.append("set-cookie", cookie);
    // A cached page would come without its cookie, or with somebody else's.
    res.set("cache-control", "no-store");
    res.sendFile("index.html", { root: pages, cacheControl: false });
  });
  app.use("/assets", express.static(`${pages}assets`, { immutable: true, maxAge: "1y" }));
  app.use(express.static(pages, { index: false }));

  const close = async () => {
    closing = true;
    // Without Redis this also stops what runs: the records end with this process.
    await broker.close();
    await store.close();
  };
  return { app, close };
}

const securityHeaders = (livekit: string) => ({
  "content-security-policy":
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; ` +
    `connect-src 'self' ${livekit}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "permissions-policy": "microphone=(self), camera=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
});
