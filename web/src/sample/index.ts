import apiArchitect from './api-architect.agent.md?raw';
import backendCoordinator from './backend-coordinator.md?raw';
import databaseOptimizer from './database-optimizer.md?raw';
import nodejsExpert from './nodejs-expert.md?raw';
import releaseWriter from './release-writer.md?raw';
import type { AgentFile } from '../app/model.ts';

/** The team that stands ready on the first screen: five files in four dialects, one of them with a fault worth seeing. */
export const sampleTeam: readonly AgentFile[] = [
  { path: 'agents/backend-coordinator.md', text: backendCoordinator },
  { path: 'agents/api-architect.agent.md', text: apiArchitect },
  { path: 'agents/database-optimizer.md', text: databaseOptimizer },
  { path: 'agents/nodejs-expert.md', text: nodejsExpert },
  { path: 'agents/release-writer.md', text: releaseWriter },
];

export const sampleObjective = 'Add user authentication with OAuth2 and JWT';
