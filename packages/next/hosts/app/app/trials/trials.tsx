"use client";

import { startByFunction, startWithCookies, startWithoutHeaders } from "./actions";

/** Next drops an action that no page uses. */
export function Trials() {
  return [startByFunction, startWithoutHeaders, startWithCookies].map((action, index) => (
    <button type="button" key={String(index)} onClick={() => void action()}>
      {index}
    </button>
  ));
}
