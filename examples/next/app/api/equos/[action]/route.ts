import { toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";
import { server } from "../../../../lib/broker";
import { settings } from "../../../../lib/settings";

const { clientIpHeader } = settings;

export const { POST, OPTIONS } = toNextHandlers(server.broker, {
  waitUntil: after,
  ...(clientIpHeader === undefined ? {} : { clientIp: ({ headers }) => headers.get(clientIpHeader) ?? undefined }),
});
