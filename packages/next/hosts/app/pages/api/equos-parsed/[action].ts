import { toNodeHandler } from "@equos-broker/next";
import { pagesBroker } from "../../../lib/pages-broker";

// With Next's own body parser before it.
export default toNodeHandler(pagesBroker);
