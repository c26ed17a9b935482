import { ConversationBroker } from "@equos-broker/next";
import { visitor } from "./visitor";

export const visitorsBroker = new ConversationBroker({ authorize: visitor });
