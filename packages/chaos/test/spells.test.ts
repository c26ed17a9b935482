import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Spells } from "../src/spells.js";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const at = (ms: number) => vi.setSystemTime(ms);

it("keeps when something was the case, told twice or not", () => {
  const spells = new Spells();
  spells.end();
  at(10);
  spells.begin();
  at(20);
  spells.begin();
  at(30);
  spells.end();
  at(40);
  spells.end();
  at(50);
  spells.begin();
  expect(spells.all).toEqual([
    [10, 30],
    [50, Number.POSITIVE_INFINITY],
  ]);
});
