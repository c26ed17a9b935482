import { afterAll, beforeAll } from "vitest";
import { byReadme } from "./by-readme.js";
import { comingAndGoing } from "./coming-and-going.js";
import type { StarterName } from "./copied.js";
import { goingWrong } from "./going-wrong.js";
import { describeInBrowser } from "./needs.js";
import { serverKilled } from "./server-killed.js";
import { talking } from "./talking.js";
import { World } from "./world.js";

/** Everything that visitors do with a starter. The same for each, because they look and behave the same. */
export function journeys(name: StarterName): void {
  describeInBrowser(`the ${name} starter`, () => {
    let opened: World | undefined;
    const world = (): World => {
      if (opened === undefined) throw new Error("the starter was not opened");
      return opened;
    };
    beforeAll(async () => {
      opened = await World.open(name);
    });
    afterAll(() => opened?.close());

    byReadme(world);
    talking(world);
    comingAndGoing(world);
    goingWrong(world);
    serverKilled(world);
  });
}
