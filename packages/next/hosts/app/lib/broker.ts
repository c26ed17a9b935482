import { ConversationBroker, type NextContext } from "@equos-broker/next";
import { userOf } from "./session";

export const broker = new ConversationBroker({
  authorize: async ({ header }: NextContext) => {
    const user = await userOf(header("cookie"));
    return user && { identity: user.id, name: user.displayName };
  },
});
