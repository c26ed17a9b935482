import { toNodeHandler } from "@equos-broker/next";
import { pagesBroker } from "../../../lib/pages-broker";

export const config = { api: { bodyParser: false, externalResolver: true } };

export default toNodeHandler(pagesBroker);
