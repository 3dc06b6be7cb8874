/** Where the nodes and arrows of a plan stand. Bands are the groups the core computed; this only gives them places. */
export interface Task {
  id: string;
  after: readonly string[];
  group: number;
}

export interface Place {
  id: string;
  band: number; // from 0
  x: number;
  y: number;
}

export interface Arrow {
  from: string;
  to: string;
  path: string;
  longest: boolean;
}

export interface Dag {
  width: number;
  height: number;
  band: number; // width of a band without its gap
  node: { width: number; height: number };
  places: Place[];
  arrows: Arrow[];
}

const GAP = 8; // between bands
const SIDE = 10; // between node and band
const TOP = 44;
const ROW = 32; // between nodes: room for two lines that pass through
const NODE = 76;
const LEAST = 160; // width of a band

/** @param room  width there is; wider than needed is shared out */
export function layout(tasks: readonly Task[], groups: readonly (readonly string[])[], longest: readonly string[], room: number): Dag {
  const bands = Math.max(groups.length, 1);
  const band = Math.max(LEAST, (room - GAP * (bands - 1)) / bands);
  const node = { width: band - 2 * SIDE, height: NODE };
  const most = Math.max(1, ...groups.map((group) => group.length));
  const inner = most * NODE + (most - 1) * ROW;
  const height = TOP + inner + ROW;
  const places = new Map<string, Place>();
  groups.forEach((group, b) => {
    const own = group.length * NODE + (group.length - 1) * ROW;
    group.forEach((id, row) => {
      places.set(id, { id, band: b, x: b * (band + GAP) + SIDE, y: TOP + (inner - own) / 2 + row * (NODE + ROW) });
    });
  });

  const along = new Set(longest.slice(1).map((id, i) => `${longest[i]}>${id}`));
  const lanes = new Map<string, number>(); // how many lines pass a gap already, by "band:y"
  const arrows: Arrow[] = [];
  for (const task of tasks) {
    const to = places.get(task.id);
    if (to === undefined) continue;
    for (const before of task.after) {
      const from = places.get(before);
      if (from === undefined || from.band >= to.band) continue;
      arrows.push({ from: before, to: task.id, longest: along.has(`${before}>${task.id}`), path: route(from, to) });
    }
  }
  // What lies on the longest path is drawn last, over the rest.
  arrows.sort((a, b) => Number(a.longest) - Number(b.longest));
  return { width: bands * band + (bands - 1) * GAP, height, band, node, places: [...places.values()], arrows };

  function route(from: Place, to: Place): string {
    const x0 = from.x + node.width;
    const y0 = from.y + NODE / 2;
    const x1 = to.x - 1;
    const y1 = to.y + NODE / 2;
    const bend = (SIDE * 2 + GAP) / 2;
    if (to.band === from.band + 1) return `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
    const channel = free(from.band + 1, to.band - 1, y0);
    const left = (from.band + 1) * (band + GAP) + 2;
    const right = to.band * (band + GAP) - GAP - 2;
    return `M${x0} ${y0}C${x0 + bend} ${y0} ${left - bend} ${channel} ${left} ${channel}H${right}C${right + bend} ${channel} ${x1 - bend} ${y1} ${x1} ${y1}`;
  }

  /** The height nearest to y that no node of the bands between covers. */
  function free(first: number, last: number, y: number): number {
    const nodes = [...places.values()].filter((place) => place.band >= first && place.band <= last);
    const candidates = [y, TOP - 10, TOP + inner + ROW / 2, ...nodes.flatMap((place) => [place.y - ROW / 2, place.y + NODE + ROW / 2])];
    const open = candidates.filter((c) => c > 30 && c < height && nodes.every((place) => c < place.y - 4 || c > place.y + NODE + 4));
    const best = open.sort((a, b) => Math.abs(a - y) - Math.abs(b - y))[0] ?? TOP + inner + ROW / 2;
    const key = `${first}:${best}`;
    const passed = lanes.get(key) ?? 0;
    lanes.set(key, passed + 1);
    return best + (passed % 3) * 5;
  }
}
