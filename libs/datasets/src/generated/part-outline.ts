/** Where the part's metal is. Coordinates are the part's own: 1 is the picture's side, the origin is the bore's middle, y points down. */
export type Outline = (x: number, y: number) => number;

/** Distance from the origin; `Math.hypot` takes ten times as long. */
export const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Radius of the bore, and of the turned boss round it. */
export const BORE = 0.115;
export const BOSS = 0.182;
const BODY = 0.265;
const EAR = 0.1;
export const EAR_AT = 0.31;
export const BOLT = 0.045;
/** The pin hole above the bore. */
export const PIN = { x: 0, y: -0.222, radius: 0.02 } as const;
/** The keyway: a slot cut upwards out of the bore. */
export const KEY = { halfWidth: 0.022, depth: 0.148 } as const;

/** Distance to the outer edge, negative inside: the hull of a disc and an ear at either side. */
export function outerEdge(x: number, y: number): number {
  const along = Math.abs(x);
  const across = Math.abs(y);
  const lean = (BODY - EAR) / EAR_AT;
  const side = Math.sqrt(1 - lean * lean);
  const place = along * side - across * lean;
  if (place < 0) return length(along, across) - BODY;
  if (place > side * EAR_AT) return length(along - EAR_AT, across) - EAR;
  return along * lean + across * side - BODY;
}

/** Distance to the edge of the bore with its keyway, positive inside the hole. */
export function boreEdge(x: number, y: number, keyway = true): number {
  const round = BORE - length(x, y);
  if (!keyway) return round;
  const slot = Math.min(KEY.halfWidth - Math.abs(x), y + KEY.depth, -y);
  return Math.max(round, slot);
}

/** Distance to the edge of a round hole, positive inside it. */
export const holeEdge = (x: number, y: number, cx: number, cy: number, radius: number): number =>
  radius - length(x - cx, y - cy);

/** Signed distance to the edge of the whole part: negative in its metal, about true near edges. */
export const wholePart: Outline = (x, y) =>
  Math.max(
    outerEdge(x, y),
    boreEdge(x, y),
    holeEdge(x, y, -EAR_AT, 0, BOLT),
    holeEdge(x, y, EAR_AT, 0, BOLT),
    holeEdge(x, y, PIN.x, PIN.y, PIN.radius),
  );
