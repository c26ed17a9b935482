import { toNextHandlers } from "@equos-broker/next";

export default function Page() {
  return <p>on the server a {typeof toNextHandlers}</p>;
}
