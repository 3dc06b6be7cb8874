export interface User {
  name: string;
}

export const find = (name: string): User => ({ name });

export const later = async () => (await import('../shared/log.js')).log('later');
