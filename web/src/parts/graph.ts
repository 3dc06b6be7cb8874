import { Graph, layout } from '@dagrejs/dagre';

/** Places for agents and the arrows between them. The layout is dagre's; this only speaks its language. */
export interface Box {
  id: string;
  x: number; // left
  y: number; // top
  width: number;
  height: number;
}

export interface Bow {
  from: string;
  to: string;
  path: string;
  head: string; // of the arrow, as points of a polygon
}

export interface Picture {
  width: number;
  height: number;
  boxes: Box[];
  bows: Bow[];
}

const HEAD = 7; // px

const at = (n: number): string => n.toFixed(1);

/** From the side of one box to the side of another, by way of the points that dagre keeps free of boxes. */
function arrow(from: Box, to: Box, points: readonly { x: number; y: number }[]): { path: string; head: string } {
  const on = from.x < to.x ? 1 : -1; // an arrow back leaves at the left
  // Between neighbouring ranks nothing is in the way: dagre's middle point would only bend the line.
  const start = { x: on === 1 ? from.x + from.width : from.x, y: from.y + from.height / 2 };
  const end = { x: on === 1 ? to.x : to.x + to.width, y: to.y + to.height / 2 };
  const way = [start, ...(points.length > 3 ? points.slice(1, -1) : []), { x: end.x - on * HEAD, y: end.y }];
  let path = `M${at(start.x)} ${at(start.y)}`;
  way.slice(1).forEach((point, i) => {
    const last = way[i] as { x: number; y: number };
    const half = (point.x - last.x) / 2;
    path += `C${at(last.x + half)} ${at(last.y)} ${at(point.x - half)} ${at(point.y)} ${at(point.x)} ${at(point.y)}`;
  });
  return { path, head: `${at(end.x)},${at(end.y)} ${at(end.x - on * HEAD)},${at(end.y - HEAD / 2)} ${at(end.x - on * HEAD)},${at(end.y + HEAD / 2)}` };
}

export function draw(agents: readonly { id: string; width: number; height: number }[], links: readonly { from: string; to: string }[]): Picture {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 90, edgesep: 8, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of agents) graph.setNode(id, { width, height });
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const boxes = new Map(
    agents.map(({ id, width: w, height: h }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { id, x: x - w / 2, y: y - h / 2, width: w, height: h }];
    }),
  );
  return {
    width,
    height,
    boxes: [...boxes.values()],
    bows: graph.edges().flatMap(({ v, w }) => {
      const [from, to] = [boxes.get(v), boxes.get(w)];
      if (from === undefined || to === undefined) return [];
      return [{ from: v, to: w, ...arrow(from, to, (graph.edge(v, w) as { points: { x: number; y: number }[] }).points) }];
    }),
  };
}
