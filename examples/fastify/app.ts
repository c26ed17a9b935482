import { fileURLToPath } from "node:url";
import { ConversationBroker, type FastifyContext, toFastify, visitors } from "@equos-broker/fastify";
import statics from "@fastify/static";
import fastify, { type FastifyReply } from "fastify";
import { isLocal, notLocal } from "./local-only.js";
import type { Settings } from "./settings.js";
import { openStore } from "./store.js";

const pages = fileURLToPath(new URL("./dist/", import.meta.url));

/** Everything that the server does: the broker at `/api/equos`, the page, and `/health`. */
export async function createApp(settings: Settings) {
  // Who may start? Everybody who has loaded the page. For your own login replace these two lines, see README.
  const visitor = visitors({ secret: settings.visitorSecrets, secure: settings.secureCookie });
  const authorize = (context: FastifyContext) => visitor(context);

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

  const app = fastify({
    trustProxy: (_address, hop) => hop < settings.proxies,
    // What waits between two requests need not be waited for.
    forceCloseConnections: "idle",
    logger: { level: "warn" },
  });
  if (!settings.secureCookie) {
    app.addHook("onRequest", async (request, reply) => {
      if (!isLocal(request.headers.host)) return reply.code(403).send(notLocal);
    });
  }
  app.addHook("onSend", async (_request, reply) => void reply.headers(securityHeaders(settings.livekit)));
  app.register(toFastify(broker), { prefix: "/api/equos" });
  app.get("/health", (_request, reply) => reply.code(closing ? 503 : 200).send({ ok: !closing }));
  app.register(statics, { root: pages, index: false, setHeaders: cached });
  app.get("/", async (request, reply) => {
    const cookie = await visitor.issue(request.headers.cookie);
    if (cookie) reply.header("set-cookie", cookie);
    // A cached page would come without its cookie, or with somebody else's.
    return reply.header("cache-control", "no-store").sendFile("index.html", { cacheControl: false });
  });
  app.addHook("preClose", async () => {
    closing = true;
    // Without Redis this also stops what runs: the records end with this process.
    await broker.close();
    await store.close();
  });
  return app;
}

/** Files with a hash in their name never change. */
const cached = (reply: FastifyReply, path: string) => {
  if (path.includes("/assets/")) reply.header("cache-control", "public, max-age=31536000, immutable");
};

const securityHeaders = (livekit: string) => ({
  "content-security-policy":
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; ` +
    `connect-src 'self' ${livekit}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "permissions-policy": "microphone=(self), camera=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
});
