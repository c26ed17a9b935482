import { cronHandler, toFetchHandler } from "@equos-broker/next";
import { broker } from "../../../lib/broker";

export const GET = toFetchHandler(cronHandler(broker, { secret: process.env.CRON_SECRET }));
