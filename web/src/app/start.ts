import { sampleObjective } from '../sample/index.ts';
import { NOBODY_CHOSEN } from './cast.ts';
import type { AppState, Team } from './model.ts';
import { parseRoute } from './route.ts';
import { defaultLeader } from './team.ts';

/** The page before anything was read of what this browser keeps: the sample, and nothing open. */
export const startOf = (team: Team, pace: number): AppState => ({
  route: parseRoute(location.hash),
  booting: true,
  team,
  off: {},
  file: null,
  leader: defaultLeader(team.roster, undefined),
  objective: sampleObjective,
  library: null,
  preview: null,
  quest: null,
  trouble: null,
  opened: { state: 'none' },
  planning: false,
  asked: null,
  cast: NOBODY_CHOSEN,
  providers: [],
  servers: [],
  asks: null,
  work: null,
  gathering: false,
  slots: {},
  signing: null,
  wanted: null,
  note: null,
  pace,
  lasting: 'unasked',
  online: navigator.onLine,
  server: false,
  carries: null,
  carried: [],
  help: false,
  dragging: false,
  storageBroken: null,
  toast: null,
});
