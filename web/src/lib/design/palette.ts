/** Colours for classes: as far from each other as so many can be, and visible on light and dark
 * ground alike. A colour never stands alone: the name of its class is always with it. */

const FIRST_HUE = 255;
/** Twelve hues of 30 degrees; five steps on at a time, neighbours in number lie far apart. */
const STEP = 5 * 30;
/** By round of twelve: [lightness of even hues, of odd hues, chroma], in OKLCH. */
const ROUNDS: readonly [number, number, number][] = [
  [0.645, 0.565, 0.16],
  [0.555, 0.645, 0.075],
  [0.6, 0.6, 0.115],
];

/** The colour of the class with a number from 0, as `#rrggbb`. After twelve the hues come back in
 * other strengths; after 36 they repeat. */
export function classColour(number: number): string {
  const [even, odd, chroma] = ROUNDS[Math.floor(number / 12) % 3] as [number, number, number];
  const hue = (FIRST_HUE + STEP * (number % 12)) % 360;
  return hexOf(number % 2 === 0 ? even : odd, chroma, hue);
}

/** From OKLCH to sRGB, with less chroma where the screen cannot show as much.
 * Source: Ottosson, https://bottosson.github.io/posts/oklab/ */
function hexOf(lightness: number, chroma: number, hue: number): string {
  for (let part = chroma; ; part -= 0.005) {
    const channels = linearOf(lightness, Math.max(0, part), (hue * Math.PI) / 180);
    if (part <= 0 || channels.every((value) => value >= 0 && value <= 1)) {
      return `#${channels.map(byteOf).join('')}`;
    }
  }
}

function linearOf(lightness: number, chroma: number, angle: number): [number, number, number] {
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function byteOf(linear: number): string {
  const value = Math.min(1, Math.max(0, linear));
  const shown = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.round(shown * 255)
    .toString(16)
    .padStart(2, '0');
}
