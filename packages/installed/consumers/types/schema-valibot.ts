import * as v from "valibot";

export const input = v.object({ topic: v.string(), level: v.optional(v.number(), 1) });
