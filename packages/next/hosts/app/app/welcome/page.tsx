/** Its visitors get their cookie from the middleware. */
export default function Page() {
  return <main>Welcome</main>;
}
