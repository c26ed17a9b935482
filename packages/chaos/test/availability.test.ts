import { expect, it } from "vitest";
import { ableTimes, outagesOf, type Probe, unrecovered } from "../src/availability.js";
import { gaps, overlap, union } from "../src/intervals.js";

/** Probes at these times, each answered well after 10 ms. */
const well = (...times: number[]): Probe[] => times.map((sentAt) => ({ sentAt, endedAt: sentAt + 10, ok: true }));
const bad = (sentAt: number): Probe => ({ sentAt, endedAt: sentAt + 10, ok: false });

it("adds and subtracts intervals", () => {
  expect(
    union([
      [5, 7],
      [1, 3],
      [2, 4],
      [4, 5],
    ]),
  ).toEqual([[1, 7]]);
  expect(
    gaps(
      [0, 10],
      [
        [2, 4],
        [3, 5],
        [9, 12],
      ],
    ),
  ).toEqual([
    [0, 2],
    [5, 9],
  ]);
  expect(gaps([0, 10], [])).toEqual([[0, 10]]);
  expect(
    overlap(
      [
        [0, 5],
        [3, 8],
      ],
      4,
      20,
    ),
  ).toBe(4);
});

it("takes a server for able to work between two good answers", () => {
  expect(ableTimes(well(0, 300, 600))).toEqual([[0, 610]]);
  expect(ableTimes([...well(0, 300), bad(600), ...well(900, 1200)])).toEqual([
    [0, 310],
    [900, 1210],
  ]);
  // One good answer alone, or a long silence, shows nothing.
  expect(ableTimes([...well(0), bad(300), ...well(600, 5_000)])).toEqual([]);
});

it("counts as outage what no server covers", () => {
  const servers = [well(0, 300, 600, 900, 1200, 1500), well(1200, 1500, 1800, 2100, 2400, 2700)];
  expect(outagesOf(servers, [0, 3_000], 0, [])).toEqual([[2_710, 3_000]]);
  // Each looks for what is due only a sweep after it is able to.
  expect(outagesOf(servers, [0, 3_000], 1_000, [])).toEqual([
    [0, 1_000],
    [1_510, 2_200],
    [2_710, 3_000],
  ]);
  expect(outagesOf(servers, [0, 3_000], 0, [[100, 400]])).toEqual([
    [100, 400],
    [2_710, 3_000],
  ]);
});

it("flags a server that had all it needs, and never answered", () => {
  expect(unrecovered([bad(1_000), bad(2_000)], [[0, 9_000]], [[0, 9_000]], 8_000)).toHaveLength(1);
  expect(unrecovered(well(1_000, 1_300), [[0, 9_000]], [[0, 9_000]], 8_000)).toEqual([]);
  expect(
    unrecovered(
      [bad(1_000)],
      [[0, 9_000]],
      [
        [0, 3_000],
        [3_500, 9_000],
      ],
      8_000,
    ),
  ).toEqual([]);
});
