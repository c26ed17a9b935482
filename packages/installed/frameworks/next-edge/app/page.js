export default function Page() {
  return <p>Talk</p>;
}
