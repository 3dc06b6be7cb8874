import { Graph, layout as place } from '@dagrejs/dagre';

/** Where the nodes and arrows of a plan stand. Bands are the groups the core computed; the layout within and between them is dagre's. */
export interface Task {
  id: string;
  after: readonly string[];
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
const BOTTOM = 16;
const NODE = 76;
const LEAST = 160; // width of a band

const at = (n: number): string => n.toFixed(1);

/**
 * @param longest  whether the arrow between two tasks lies on the longest path
 * @param room     width there is; wider than needed is shared out
 */
export function layout(tasks: readonly Task[], groups: readonly (readonly string[])[], longest: (from: string, to: string) => boolean, room: number): Dag {
  const bands = Math.max(groups.length, 1);
  const band = Math.max(LEAST, Math.floor((room - GAP * (bands - 1)) / bands));
  const node = { width: band - 2 * SIDE, height: NODE };
  const bandOf = new Map(groups.flatMap((group, b) => group.map((id) => [id, b] as const)));
  const graph = new Graph();
  // Bands are ranks; between two of them dagre keeps one for its own use.
  const ranker = (ranked: Graph): void => {
    for (const id of ranked.nodes()) (ranked.node(id) as { rank: number }).rank = (bandOf.get(id) ?? 0) * 2;
  };
  graph.setGraph({ rankdir: 'LR', nodesep: 32, edgesep: 10, ranksep: 2 * SIDE + GAP, ranker: ranker as unknown as string });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of bandOf.keys()) graph.setNode(id, { ...node });
  for (const { id, after } of tasks) {
    for (const before of after) if ((bandOf.get(before) ?? 0) < (bandOf.get(id) ?? 0)) graph.setEdge(before, id);
  }
  // Within a band the order of the plan stays, so that moving a task there is seen.
  const constraints = groups.flatMap((group) => group.slice(1).map((right, i) => ({ left: group[i] as string, right })));
  place(graph, { constraints });
  const { height = 0 } = graph.graph() as { height?: number };

  const places = new Map<string, Place>();
  for (const [id, b] of bandOf) {
    const { y } = graph.node(id) as { y: number };
    places.set(id, { id, band: b, x: b * (band + GAP) + SIDE, y: TOP + y - NODE / 2 });
  }
  const arrows = graph.edges().flatMap(({ v, w }): Arrow[] => {
    const [from, to] = [places.get(v), places.get(w)];
    if (from === undefined || to === undefined) return [];
    const { points } = graph.edge(v, w) as { points: { x: number; y: number }[] };
    return [{ from: v, to: w, longest: longest(v, w), path: way(from, to, points) }];
  });
  // What lies on the longest path is drawn last, over the rest.
  arrows.sort((a, b) => Number(a.longest) - Number(b.longest));
  return { width: bands * band + (bands - 1) * GAP, height: TOP + height + BOTTOM, band, node, places: [...places.values()], arrows };

  /** From side to side, past the bands between where dagre keeps room free. */
  function way(from: Place, to: Place, points: readonly { x: number; y: number }[]): string {
    const end = { x: to.x - 1, y: to.y + NODE / 2 };
    const stops = [{ x: from.x + node.width, y: from.y + NODE / 2 }];
    for (let b = from.band + 1; b < to.band; b += 1) {
      const x = b * (band + GAP);
      const y = TOP + heightAt(points, x + node.width / 2);
      stops.push({ x, y }, { x: x + band, y });
    }
    stops.push(end);
    return stops.slice(1).reduce((path, stop, i) => {
      const last = stops[i] as { x: number; y: number };
      if (last.y === stop.y) return `${path}H${at(stop.x)}`;
      const half = (stop.x - last.x) / 2;
      return `${path}C${at(last.x + half)} ${at(last.y)} ${at(stop.x - half)} ${at(stop.y)} ${at(stop.x)} ${at(stop.y)}`;
    }, `M${at(stops[0]?.x ?? 0)} ${at(stops[0]?.y ?? 0)}`);
  }
}

/** The height of a line of dagre's at a place. */
function heightAt(points: readonly { x: number; y: number }[], x: number): number {
  return points.reduce((best, point) => (Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best), points[0] ?? { x, y: 0 }).y;
}
