import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { type MemoryDesk, memoryOf } from '../app/memory-desk.ts';

/** The memory as it is stored, read anew whenever another tab changes it. */
export function useMemory(app: App): MemoryDesk {
  const desk = memoryOf(app);
  const [, again] = useState(0);
  useEffect(() => {
    const leave = desk.listen(() => again((n) => n + 1));
    void desk.read();
    return leave;
  }, [desk]);
  return desk;
}
