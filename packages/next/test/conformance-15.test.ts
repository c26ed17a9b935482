import { routeHandlers } from "./hosts.js";

routeHandlers(15);
