// The bindings of the Worker in docs/adapters.md, which its wrangler configuration would declare.
export declare const env: Readonly<
  Record<"EQUOS_API_KEY" | "EQUOS_CHARACTER_ID" | "REDIS_URL" | "REDIS_TOKEN" | "BROKER_SECRET" | "CRON_SECRET", string>
>;
