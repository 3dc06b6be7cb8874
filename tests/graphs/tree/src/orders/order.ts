import { total } from './price';
import type { User } from '../users/user';
import { log } from '../shared/log.js';

export const place = (who: User) => log(`${who.name}: ${total([1, 2])}`);
