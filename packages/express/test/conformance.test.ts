import { conformance } from "@equos-broker/conformance";
import { expressHosts } from "./hosts.js";

for (const host of expressHosts) conformance(host);
