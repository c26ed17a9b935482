import { errorCodes } from "@equos-broker/core";
import { expect } from "vitest";
import type { Answer } from "./client.js";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

/** The answer is problem details of this code, nothing more, and says nothing about the server's inside. */
export function expectProblem(answer: Answer, status: number, code: string): Problem {
  expect({ status: answer.status, body: answer.text }).toMatchObject({
    status,
    body: expect.stringContaining(`"${code}"`),
  });
  expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-store");
  const problem = JSON.parse(answer.text) as Problem;
  expect(problem).toMatchObject({ type: `urn:equos-broker:problem:${code}`, status, code });
  expect(Object.keys(errorCodes)).toContain(problem.code);
  expect(problem.detail).not.toBe("");
  expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|Error:/);
  return problem;
}

/** What a client is given, key by key: nothing more, nothing less. */
export const grantShape = {
  conversation: {
    id: expect.any(String),
    status: "running",
    serverUrl: expect.stringMatching(/^wss:/),
    maxSeconds: expect.any(Number),
    startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    character: { name: expect.any(String), livekitIdentity: expect.any(String) },
  },
  consumerAccessToken: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
};

export interface GrantAnswer {
  readonly conversation: { readonly id: string; readonly maxSeconds: number };
  readonly consumerAccessToken: string;
}

/** Returns the number of a hand-out. It grows with each hand-out to a consumer. */
export const deliveryOf = ({ headers }: Answer): number => Number(headers["equos-delivery"]);

/** @param after the number of an earlier hand-out to the same consumer */
export function expectGrant(answer: Answer, status: 200 | 201, after = 0): GrantAnswer {
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status });
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answer.headers["equos-delivery"]).toMatch(/^[1-9]\d*$/);
  expect(deliveryOf(answer)).toBeGreaterThan(after);
  const grant = JSON.parse(answer.text) as GrantAnswer;
  expect(grant).toStrictEqual(grantShape);
  return grant;
}
