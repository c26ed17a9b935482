import { toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";
import { broker } from "../../../../lib/broker";

export const { POST, OPTIONS } = toNextHandlers(broker, { waitUntil: after });
