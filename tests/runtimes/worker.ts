/* For workerd: POST a bundle, get the results. The module is imported: workerd compiles no bytes. */
import module from '../../wasm/dist/core.wasm';
import { runBundle } from './areas.ts';
import type { Bundle } from './areas.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await runBundle(module, (await request.json()) as Bundle));
  },
};
