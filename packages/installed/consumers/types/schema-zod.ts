import * as z from "zod";

export const input = z.object({ topic: z.string(), level: z.number().default(1) });
