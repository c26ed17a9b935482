import { ConversationBroker, type NodeContext } from "@equos-broker/next";
import type { NextApiRequest, NextApiResponse } from "next";
import { userOf } from "./session";

export const pagesBroker = new ConversationBroker({
  authorize: async ({ native: { req } }: NodeContext<NextApiRequest, NextApiResponse>) => {
    const user = await userOf(req.headers.cookie);
    return user && { identity: user.id, name: user.displayName };
  },
});
