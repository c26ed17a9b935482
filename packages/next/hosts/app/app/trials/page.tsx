import { Trials } from "./trials";

export default function Page() {
  return <Trials />;
}
