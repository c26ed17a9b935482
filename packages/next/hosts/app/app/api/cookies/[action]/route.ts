import { toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";
import { cookieBroker } from "../../../../lib/cookie-broker";

export const { POST, OPTIONS } = toNextHandlers(cookieBroker, { waitUntil: after });
