import { conformance } from "@equos-broker/conformance";
import { fastifyHost } from "./hosts.js";

conformance(fastifyHost);
