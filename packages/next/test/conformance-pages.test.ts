import { pagesApi } from "./hosts.js";

pagesApi(16);
