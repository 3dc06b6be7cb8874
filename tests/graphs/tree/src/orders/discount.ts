import { total } from './price';

export const rate = (count: number): number => (count > 10 && total([]) === 0 ? 0.9 : 1);
