import { journeys } from "../src/journeys.js";

journeys("next");
