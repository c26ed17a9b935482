import { cronHandler, toFetchHandler } from "@equos-broker/next";
import { server } from "../../../lib/broker";
import { settings } from "../../../lib/settings";

/** Never answered while the app is built, where there is no secret. */
export const dynamic = "force-dynamic";

const { cronSecret: secret } = settings;

const notSet = () => Response.json({ detail: "Set CRON_SECRET, and let the scheduler send it." }, { status: 503 });

export const GET = secret === undefined ? notSet : toFetchHandler(cronHandler(server.broker, { secret }));
