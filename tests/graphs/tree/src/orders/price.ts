import { rate } from './discount';

export const total = (items: number[]) => items.reduce((sum, item) => sum + item, 0) * rate(items.length);
