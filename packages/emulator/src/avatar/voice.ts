/** What Equos' characters publish: 16 kHz, one channel. */
export const sampleRate = 16_000;

/** Samples of one frame: 20 ms. */
export const frameSamples = sampleRate / 50;

const loudness = 5_000;

/**
 * A voice without words: a low tone with overtones that swells and sinks four times a second, as syllables do.
 *
 * @param at - Samples since the beginning, so that frames join without a click.
 */
export function spokenFrame(at: number): Int16Array {
  const samples = new Int16Array(frameSamples);
  for (let index = 0; index < frameSamples; index += 1) {
    const seconds = (at + index) / sampleRate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * seconds));
    const pitch = 2 * Math.PI * (130 + 18 * Math.sin(2 * Math.PI * 0.7 * seconds)) * seconds;
    const tone = Math.sin(pitch) + 0.5 * Math.sin(2 * pitch) + 0.25 * Math.sin(5 * pitch);
    samples[index] = loudness * syllable * tone;
  }
  return samples;
}

/** Silence keeps the track alive: a track that sends nothing looks like one that broke. */
export const silentFrame = (): Int16Array => new Int16Array(frameSamples);
