/** A small map on a canvas: pale where a number is low, dark where it is high, the middle as a line; or a curve of points. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { levelLine, type Points, partOf, type Scale } from "../../maps";
import { theme } from "../theme";
import { type Colours, coloursOf } from "./colours";

interface Props {
  values: ArrayLike<number>;
  points: Points;
  scale: Scale;
  wide: number;
  high: number;
}

export function Heat({ values, points, scale, wide, high }: Props) {
  const place = useRef<HTMLCanvasElement>(null);
  const before = useRef<Painted>(null);
  const sharp = Math.min(2, devicePixelRatio || 1);
  const { low, high: top, middle } = scale;
  const how = [points.kind, points.wide, low, top, middle, wide, high, sharp, theme.value].join(" ");
  useLayoutEffect(() => {
    const canvas = place.current;
    if (!canvas || isPainted(before.current, { values, how })) return;
    before.current = { values, how };
    const drawing = canvas.getContext("2d");
    if (!drawing) return;
    sized(canvas, Math.round(wide * sharp), Math.round(high * sharp));
    drawing.clearRect(0, 0, canvas.width, canvas.height);
    const paint = { map: paintMap, line: paintLine, examples: paintDots }[points.kind];
    paint(drawing, values, scale, { ...coloursOf(canvas), side: points.wide, sharp });
  });
  return <canvas ref={place} class="heat" style={{ width: `${wide}px`, height: `${high}px` }} />;
}

/** What a canvas shows: most of a drag, and most steps, leave some maps as they are. */
interface Painted {
  values: ArrayLike<number>;
  how: string;
}

function isPainted(before: Painted | null, { values, how }: Painted): boolean {
  if (before?.how !== how || before.values.length !== values.length) return false;
  for (let i = 0; i < values.length; i++) if (!Object.is(before.values[i], values[i])) return false;
  return true;
}

/** A canvas of a size: to set the one that it has would give it a new surface. */
function sized(canvas: HTMLCanvasElement | OffscreenCanvas, wide: number, high: number): void {
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}

interface Brush extends Colours {
  side: number;
  /** Pixels of the canvas in one of the page. */
  sharp: number;
}

/** No element: to draw one, the browser lays out the page first. */
const small = typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1);
/** Its pixels are written, never drawn: a surface of the graphics card would be copied each time. */
const middle = small?.getContext("2d", { willReadFrequently: true });

function paintMap(on: CanvasRenderingContext2D, values: ArrayLike<number>, scale: Scale, { ink, ramp, side }: Brush): void {
  const { width, height } = on.canvas;
  if (!small || !middle) return;
  sized(small, side, side);
  const image = middle.createImageData(side, side);
  for (let i = 0; i < side * side; i++) shade(image.data, i * 4, partOf(scale, values[i]), ramp);
  middle.putImageData(image, 0, 0);
  on.imageSmoothingEnabled = true;
  on.drawImage(small, 0, 0, width, height);
  on.strokeStyle = ink;
  on.lineWidth = Math.max(1, width / 130);
  on.beginPath();
  for (const [x0, y0, x1, y1] of levelLine(values, side, scale.middle)) {
    on.moveTo(x0 * width, y0 * height);
    on.lineTo(x1 * width, y1 * height);
  }
  on.stroke();
}

/** Three channels between two of the ramp's colours. */
function shade(data: Uint8ClampedArray, at: number, part: number, ramp: number[][]): void {
  const [from, to, along] = part < 0.5 ? [ramp[0], ramp[1], 2 * part] : [ramp[1], ramp[2], 2 * part - 1];
  for (let c = 0; c < 3; c++) data[at + c] = from[c] + along * (to[c] - from[c]);
  data[at + 3] = 255;
}

function paintLine(on: CanvasRenderingContext2D, values: ArrayLike<number>, scale: Scale, { line, sharp }: Brush): void {
  const { width, height } = on.canvas;
  const room = 3 * sharp;
  on.strokeStyle = line;
  on.lineWidth = 1.75 * sharp;
  on.lineJoin = "round";
  on.beginPath();
  for (let i = 0; i < values.length; i++) {
    const x = room + (i / Math.max(1, values.length - 1)) * (width - 2 * room);
    on.lineTo(x, height - room - partOf(scale, values[i]) * (height - 2 * room));
  }
  on.stroke();
}

/** Examples one beside another, each a dot. */
function paintDots(on: CanvasRenderingContext2D, values: ArrayLike<number>, scale: Scale, { ink, sharp }: Brush): void {
  const { width, height } = on.canvas;
  const room = 4 * sharp;
  on.fillStyle = ink;
  for (let i = 0; i < values.length; i++) {
    const x = room + (i / Math.max(1, values.length - 1)) * (width - 2 * room);
    on.beginPath();
    on.arc(x, height - room - partOf(scale, values[i]) * (height - 2 * room), 1.3 * sharp, 0, 7);
    on.fill();
  }
}
