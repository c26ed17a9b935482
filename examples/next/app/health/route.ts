import { connection } from "next/server";
import { server } from "../../lib/broker";

export async function GET(): Promise<Response> {
  // Asked each time, not while the app is built.
  await connection();
  return Response.json({ ok: !server.closing }, { status: server.closing ? 503 : 200 });
}
