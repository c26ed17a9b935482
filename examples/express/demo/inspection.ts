import type { Emulator } from "@equos-broker/emulator";
import type { Visitors } from "@equos-broker/express";
import { type Request, type Response, Router } from "express";

/**
 * What the demo shows and a real server never may: Equos' whole answer, prompt included, to the visitor whose conversation
 * it is. Mounted only when the emulator runs.
 */
export function inspection(emulator: Emulator, visitor: Visitors): Router {
  const find = (id: unknown) => emulator.conversations().find((conversation) => conversation.id === id);
  const own = async (req: Request, res: Response) => {
    const who = await visitor({ header: (name) => req.get(name) });
    const conversation = find(req.params.id);
    if (who && conversation?.consumerIdentity === who.identity) return conversation;
    res.status(404).json({ error: "No such conversation, or not yours." });
    return undefined;
  };

  const router = Router();
  router.use((_req, res, next) => {
    res.set("cache-control", "no-store");
    next();
  });
  router.get("/bill", (_req, res) => {
    const conversations = emulator
      .conversations()
      .map(({ id, status, billedSeconds, endReason }) => ({ id, status, billedSeconds, endReason }));
    res.json({ conversations, totalSeconds: emulator.bill().totalSeconds });
  });
  router.get("/conversations/:id", async (req, res) => {
    const conversation = await own(req, res);
    if (conversation) res.json({ answer: emulator.lastStartAnswer(conversation.id), conversation });
  });
  /** Stands in for the LiveKit room, which the emulator has not. */
  router.post("/conversations/:id/join", async (req, res) => {
    const conversation = await own(req, res);
    if (!conversation) return;
    emulator.join(conversation.id);
    res.status(204).end();
  });
  return router;
}
