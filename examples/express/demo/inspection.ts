import { fileURLToPath } from "node:url";
import type { Emulator } from "@equos-broker/emulator";
import { toGrant, type Visitors } from "@equos-broker/express";
import express, { Router } from "express";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * What the demo shows and a real server never may: Equos' whole answer, prompt included, to the visitor whose conversation
 * it is. Mounted only when the emulator runs.
 */
export function inspection(emulator: Emulator, visitor: Visitors): Router {
  const router = Router();
  router.use((_req, res, next) => {
    res.set("cache-control", "no-store");
    res.set("content-security-policy", "default-src 'self'; frame-ancestors 'none'");
    next();
  });
  router.get("/bill", (_req, res) => {
    const conversations = emulator
      .conversations()
      .map(({ id, status, billedSeconds, endReason }) => ({ id, status, billedSeconds, endReason }));
    res.json({ conversations, totalSeconds: emulator.bill().totalSeconds });
  });
  /** The latest conversation of the visitor, or `null`. */
  router.get("/latest", async (req, res) => {
    const who = await visitor({ header: (name) => req.get(name) });
    const conversation = emulator
      .conversations()
      .findLast(({ consumerIdentity }) => consumerIdentity === who?.identity);
    const answer = conversation && emulator.lastStartAnswer(conversation.id);
    // None yet is no error: the page asks again and again.
    if (!who || !conversation || !answer) return void res.json(null);
    const { status, billedSeconds } = conversation;
    res.json({ answer, grant: toGrant(answer), status, billedSeconds });
  });
  router.use("/style", express.static(folder("../web/style/")));
  router.use(express.static(folder("./page/")));
  return router;
}
