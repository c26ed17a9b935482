import { ConversationBroker, type NextContext } from "@equos-broker/next";
import { settings } from "./settings";
import { storeOptions } from "./store";
import { visitor } from "./visitor";

/** However many visitors one address claims to be. */
const perIp = { active: 5, starts: { max: 60, perSeconds: 3600 }, seconds: { max: 9000, perSeconds: 86_400 } };

const create = () =>
  new ConversationBroker({
    // Who may start? Everybody who has loaded the page. For your own login replace this line, see README.
    authorize: (context: NextContext) => visitor(context),
    characters: settings.characters,
    limits: {
      maxSeconds: 600,
      perConsumer: { active: 1, starts: { max: 20, perSeconds: 3600 } },
      // Without the header all would share it.
      ...(settings.clientIpHeader === undefined ? {} : { perIp }),
      // What a bad day may cost.
      overall: { active: 10, seconds: { max: 36_000, perSeconds: 86_400 } },
    },
    ...storeOptions(),
  });

// Next evaluates this file for the routes and again for instrumentation: what that closes has to be what those use. So one
// for the process, and `npm run dev` wants a restart after a change above. Written here alone.
const kept = globalThis as { equos?: { readonly broker: ReturnType<typeof create>; closing: boolean } };
kept.equos ??= { broker: create(), closing: false };

export const server = kept.equos;
