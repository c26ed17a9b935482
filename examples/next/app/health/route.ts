import { connection } from "next/server";

export async function GET(): Promise<Response> {
  // Asked each time, not while the app is built.
  await connection();
  return Response.json({ ok: true });
}
