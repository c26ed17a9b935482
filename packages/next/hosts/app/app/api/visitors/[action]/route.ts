import { toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";
import { visitorsBroker } from "../../../../lib/visitors-broker";

export const { POST, OPTIONS } = toNextHandlers(visitorsBroker, { waitUntil: after });
