/** Small enough to be cheap for a computer that also runs the page which shows it. */
export const width = 640;
export const height = 360;
export const framesPerSecond = 12;

/** Brightness of what is drawn, in the Y plane. */
const shade = { skin: 205, eye: 40, mouth: 60 } as const;

const chromaWidth = width / 2;
const lumaBytes = width * height;
const chromaBytes = lumaBytes / 4;

interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
}

/** Row by row: `fill` is done by the engine. */
function fillEllipse(plane: Uint8Array, stride: number, { x, y, across, down }: Ellipse, value: number): void {
  for (let row = Math.ceil(y - down); row <= y + down; row += 1) {
    const half = across * Math.sqrt(Math.max(0, 1 - ((row - y) / down) ** 2));
    plane.fill(value, row * stride + Math.round(x - half), row * stride + Math.round(x + half));
  }
}

const face: Ellipse = { x: 320, y: 180, across: 105, down: 130 };
const eyes: readonly Ellipse[] = [278, 362].map((x) => ({ x, y: 150, across: 12, down: 15 }));

/** The brightness of everything that does not move. */
function still(): Uint8Array {
  const luma = new Uint8Array(lumaBytes);
  for (let row = 0; row < height; row += 1)
    luma.fill(60 + Math.round((row / height) * 70), row * width, (row + 1) * width);
  fillEllipse(luma, width, face, shade.skin);
  return luma;
}

/** Draws a face in front of a slowly changing colour, as I420. */
export class Picture {
  readonly #still = still();
  readonly #frame = new Uint8Array(lumaBytes + 2 * chromaBytes);

  /**
   * The picture at a moment; the same array every time.
   *
   * @param seconds - Since the beginning.
   * @param speaking - Whether the mouth moves.
   */
  at(seconds: number, speaking: boolean): Uint8Array {
    const frame = this.#frame;
    frame.set(this.#still);
    const blinks = seconds % 4 < 0.15;
    for (const eye of eyes) fillEllipse(frame, width, blinks ? { ...eye, down: 2 } : eye, shade.eye);
    const open = speaking ? 4 + 16 * Math.abs(Math.sin(2 * Math.PI * 2 * seconds)) : 3;
    fillEllipse(frame, width, { x: face.x, y: 245, across: 36, down: open }, shade.mouth);
    const hue = 2 * Math.PI * (seconds / 20);
    this.#colour(lumaBytes, 128 + 30 * Math.cos(hue), 110);
    this.#colour(lumaBytes + chromaBytes, 128 + 30 * Math.sin(hue), 150);
    return frame;
  }

  /** One of the two colour planes: the wall changes, the face does not. */
  #colour(offset: number, wall: number, skin: number): void {
    const plane = this.#frame.subarray(offset, offset + chromaBytes);
    plane.fill(wall);
    fillEllipse(
      plane,
      chromaWidth,
      { x: face.x / 2, y: face.y / 2, across: face.across / 2, down: face.down / 2 },
      skin,
    );
  }
}
