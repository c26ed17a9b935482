import { connection } from "next/server";

export default async function NotFound() {
  // As for any other page: its scripts carry a number that is used once.
  await connection();
  return (
    <main className="talk">
      <h1>There is no such page</h1>
      <p>
        <a href="/">Talk to us</a>
      </p>
    </main>
  );
}
