import { place } from './orders/order';
import { find } from './users/user';
import { tiny } from 'tiny';

export const start = () => place(find(tiny));
