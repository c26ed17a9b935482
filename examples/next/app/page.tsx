import { connection } from "next/server";
import { Conversation } from "./conversation";

export default async function Page() {
  // Made for each request, since its scripts carry a number that is used once.
  await connection();
  return <Conversation />;
}
