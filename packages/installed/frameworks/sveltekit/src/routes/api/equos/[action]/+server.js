import { ConversationBroker, serveFetch } from "@equos-broker/core";

const broker = new ConversationBroker({
  // What hooks.server.js has found out.
  authorize: ({ native: { platform } }) => platform.locals.user,
});

export const POST = (event) =>
  serveFetch(broker, event.request, { platform: event, clientIp: event.getClientAddress() });
