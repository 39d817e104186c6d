/** Pictures and data made up for the gallery: drawn in the browser, so that it needs no server. */

/** A picture of a given number, as an address that an <img> takes. Always the same for a number. */
export function drawPicture(number: number, width = 320, height = 320): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const hue = (number * 47) % 360;
  const sky = context.createLinearGradient(0, 0, width, height);
  sky.addColorStop(0, `hsl(${hue} 35% 72%)`);
  sky.addColorStop(1, `hsl(${(hue + 40) % 360} 40% 38%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  for (let leaf = 0; leaf < 7; leaf++) {
    const turn = (number * 13 + leaf * 51) % 360;
    context.save();
    context.translate(
      ((turn * 7) % width) * 0.8 + width * 0.1,
      ((turn * 11) % height) * 0.8 + height * 0.1,
    );
    context.rotate((turn * Math.PI) / 180);
    context.fillStyle = `hsl(${(hue + 110 + leaf * 9) % 360} 45% ${30 + leaf * 6}% / 80%)`;
    context.beginPath();
    context.ellipse(0, 0, width * 0.22, height * 0.09, 0, 0, Math.PI * 2);
    context.fill();
    context.restore();
  }
  return canvas.toDataURL('image/jpeg', 0.7);
}

const drawn = new Map<number, string>();

/** One of 60 thumbnails. */
export function thumbnail(number: number): string {
  const kind = number % 60;
  const known = drawn.get(kind) ?? drawPicture(kind, 160, 160);
  drawn.set(kind, known);
  return known;
}

export const classes = [
  'oak',
  'beech',
  'maple',
  'birch',
  'ash',
  'lime',
  'hazel',
  'alder',
  'rowan',
  'elm',
  'yew',
  'holly',
];

export interface Sample {
  id: number;
  name: string;
  class: string;
  size: number;
  state: 'agreed' | 'open' | 'disputed';
}

export function sample(id: number): Sample {
  return {
    id,
    name: `IMG_${String(id).padStart(6, '0')}.jpg`,
    class: classes[(id * 7) % classes.length] as string,
    size: 300_000 + ((id * 7919) % 900) * 5000,
    state: (['agreed', 'open', 'agreed', 'disputed'] as const)[id % 4] as Sample['state'],
  };
}
