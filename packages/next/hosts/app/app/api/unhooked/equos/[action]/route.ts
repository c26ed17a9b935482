import { toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";
import { delegate } from "../../../../../lib/delegate";

// The host's middleware leaves this one alone.
export const { POST, OPTIONS } = toNextHandlers(delegate, { waitUntil: after });
