// A Worker that does nothing but call the services outside, as its requests say.

import { SallyportError } from '../../src/model/errors.ts';
import { readOutside } from '../../src/runtimes/outside-settings.ts';
import { createEdgeOutside } from '../../src/runtimes/workers-outside.ts';
import { type Call, perform } from './world.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return new Response();
    try {
      const call: Call = await request.json();
      await perform(createEdgeOutside(readOutside(call.variables ?? {}, 'The test')), call);
      return Response.json({});
    } catch (error) {
      if (!(error instanceof SallyportError)) throw error;
      const { code, message, problems } = error;
      return Response.json({ code, message, problems });
    }
  },
};
