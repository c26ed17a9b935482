import { toNodeHandler } from "@equos-broker/next";
import { delegate } from "../../../../lib/delegate";

export const config = { api: { bodyParser: false, externalResolver: true } };

export default toNodeHandler(delegate);
