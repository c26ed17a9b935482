import { toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";
import { delegate } from "../../../../../lib/delegate";

export const { POST, OPTIONS } = toNextHandlers(delegate, { waitUntil: after });
