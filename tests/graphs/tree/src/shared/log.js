import { writeFileSync } from 'node:fs';

export const log = (line) => writeFileSync('log.txt', line);
