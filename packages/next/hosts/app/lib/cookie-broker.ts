import { ConversationBroker, type NextContext } from "@equos-broker/next";
import { cookies } from "next/headers";

/** Asks Next itself who is there, as an `auth()` built on `cookies()` does. */
export const cookieBroker = new ConversationBroker({
  authorize: async (_context: NextContext) => {
    const jar = await cookies();
    const user = jar.get("user")?.value;
    if (user === undefined) return null;
    jar.set("seen", user);
    return { identity: user, name: `User ${user}` };
  },
});
