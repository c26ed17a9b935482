import { fileURLToPath } from "node:url";
import {
  type Consumer,
  ConversationBroker,
  type ExpressContext,
  toExpress,
  type Visitors,
} from "@equos-broker/express";
import express from "express";

const publicFolder = fileURLToPath(new URL("./public/", import.meta.url));
const livekitFolder = fileURLToPath(new URL(".", import.meta.resolve("livekit-client")));

export type Authorize = (context: ExpressContext) => Promise<Consumer | null>;

/** The broker and the page. Reads `EQUOS_API_KEY` and `EQUOS_CHARACTER_ID` when the first conversation starts. */
export function createApp(visitor: Visitors, authorize: Authorize = visitor) {
  const broker = new ConversationBroker({
    authorize,
    limits: { maxSeconds: 600 },
  });

  const app = express();
  app.disable("x-powered-by");
  app.use((_req, res, next) => {
    res.set(securityHeaders);
    next();
  });

  app.use("/api/equos", toExpress(broker));

  app.get(["/", "/index.html"], async (req, res) => {
    const cookie = await visitor.issue(req.headers.cookie);
    if (cookie) res.append("set-cookie", cookie);
    // A cached page would come without its cookie, or with somebody else's.
    res.set("cache-control", "no-store");
    res.sendFile("index.html", { root: publicFolder, cacheControl: false });
  });
  app.get("/vendor/livekit-client.js", (_req, res) => {
    res.sendFile("livekit-client.esm.mjs", { root: livekitFolder, maxAge: "1h" });
  });
  app.use(express.static(publicFolder, { index: false }));

  return { app, broker };
}

const securityHeaders = {
  // Any host to connect to: Equos names the LiveKit server.
  "content-security-policy":
    "default-src 'self'; connect-src *; img-src 'self' data:; media-src 'self' blob: data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "permissions-policy": "microphone=(self)",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};
