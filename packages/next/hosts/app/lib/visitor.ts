import { visitors } from "@equos-broker/next";

export const visitor = visitors({ secret: process.env.VISITOR_SECRET });
